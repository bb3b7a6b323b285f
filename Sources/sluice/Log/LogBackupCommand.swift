internal import ArgumentParser
internal import SluiceSQLiteLog

struct LogBackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Copy a log as it is at one moment, also while a gateway is running on it.",
        discussion:
            "The copy is a log of its own: a gateway that is started on it tells clients with an older cursor of "
            + "a gap.")

    @OptionGroup var options: LogFileOptions

    @Argument(help: "The file to make.")
    var destination: String

    func run() throws {
        let log = try options.log()
        try log.backUp(to: destination)
        StandardError.write(line: "'\(log.path)' is copied to '\(destination)'")
    }
}
