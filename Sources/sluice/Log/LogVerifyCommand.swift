internal import ArgumentParser
internal import SluiceSQLiteLog

struct LogVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Check that a log is sound.",
        discussion:
            "Reads all of it, also while a gateway is running on it. Ends with status 1 when something is wrong.")

    @OptionGroup var options: LogFileOptions

    func run() throws {
        let log = try options.log()
        let problems = try log.problems()
        guard problems.isEmpty else {
            for problem in problems { try StandardOutput.write(line: problem) }
            StandardError.write(line: "'\(log.path)' is damaged: restore a backup, or export what can be read of it")
            throw ExitCode.failure
        }
        StandardError.write(line: "'\(log.path)' is sound")
    }
}
