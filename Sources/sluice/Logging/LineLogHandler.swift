internal import Logging
internal import SluiceServer
internal import SluiceTopics

/// Logs to standard error, a line for each event.
struct LineLogHandler: LogHandler {
    enum Format: Hashable, Sendable {
        case text, json
    }

    let format: Format
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?

    init(format: Format, level: Logger.Level, metadataProvider: Logger.MetadataProvider? = nil) {
        self.format = format
        logLevel = level
        self.metadataProvider = metadataProvider
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let line = line(for: event, at: WallClock.now())
        // One write for a line: lines of several threads do not mix.
        StandardError.write(line: format == .text ? line.text : line.json)
    }

    /// The nearest metadata wins: the event's over the logger's over the provider's.
    func line(for event: LogEvent, at time: Timestamp) -> LogLine {
        var merged = metadataProvider?.get() ?? [:]
        merged.merge(metadata) { _, new in new }
        merged.merge(event.metadata ?? [:]) { _, new in new }
        if let error = event.error, merged["error"] == nil { merged["error"] = "\(error)" }
        return LogLine(time: time, level: event.level, message: event.message.description, metadata: merged)
    }
}
