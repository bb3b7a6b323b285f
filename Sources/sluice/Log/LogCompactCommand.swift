internal import ArgumentParser
internal import SluiceSQLiteLog

struct LogCompactCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compact", abstract: "Write a log's file anew without what is free in it.",
        discussion: "The gateway has to be stopped, and there has to be room for the file a second time.")

    @OptionGroup var options: LogFileOptions

    func run() throws {
        let log = try options.log()
        let before = try log.summary()
        try log.compact()
        StandardError.write(line: "'\(log.path)' had \(before.fileBytes) bytes, and has \(try log.summary().fileBytes)")
    }
}
