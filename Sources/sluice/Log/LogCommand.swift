internal import ArgumentParser
internal import SluiceConfiguration
internal import SluiceSQLiteLog
internal import SluiceServer

struct LogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "Look at a log in a file, and look after it.",
        subcommands: [
            LogInfoCommand.self, LogVerifyCommand.self, LogExportCommand.self, LogImportCommand.self,
            LogBackupCommand.self, LogCompactCommand.self,
        ])
}

/// Which log a command is about.
struct LogFileOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The log's file, instead of the configuration's 'log.file'.", valueName: "path"))
    var file: String?

    @OptionGroup var configuration: ConfigurationOptions

    func log() throws -> SQLiteLogFile {
        if let file { return SQLiteLogFile(file) }
        guard let file = try configuration.load().gateway.logFile else {
            throw ValidationError("The configuration has no 'log.file': name one with --file.")
        }
        return SQLiteLogFile(file)
    }
}
