internal import Glibc
internal import Logging
internal import SluiceConfiguration

extension LoggingConfiguration {
    /// Makes this the way that the process logs. Once in a process, before the first logger.
    func bootstrap() {
        let handler = LineLogHandler(format: chosenFormat(isTerminal: isatty(STDERR_FILENO) == 1), level: level)
        LoggingSystem.bootstrap(
            { _, provider in
                var handler = handler
                handler.metadataProvider = provider
                return handler
            }, metadataProvider: nil)
    }

    func chosenFormat(isTerminal: Bool) -> LineLogHandler.Format {
        switch format {
        case .auto: isTerminal ? .text : .json
        case .text: .text
        case .json: .json
        }
    }
}
