internal import ArgumentParser
internal import NIOCore
internal import SluiceSQLiteLog
internal import SluiceTopics
internal import SluiceWire

struct LogInfoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "info", abstract: "Print what a log holds.",
        discussion: "Also while a gateway is running on it.")

    @OptionGroup var options: LogFileOptions

    func run() throws {
        let log = try options.log()
        let summary = try log.summary()
        let lines: [(String, String)] = [
            ("file", log.path),
            ("schema", "\(summary.schema)"),
            ("epoch", "\(summary.epoch)"),
            ("head", "\(summary.head)"),
            ("events", "\(summary.events)"),
            ("oldest", describe(summary.oldest)),
            ("newest", describe(summary.newest)),
            ("topics", "\(summary.topics), of which \(summary.endedTopics) have ended"),
            ("evicted", "\(summary.evictedEvents) events"),
            ("keys", "\(summary.idempotencyKeys)"),
            ("data", "\(summary.dataBytes) bytes"),
            ("file size", "\(summary.fileBytes) bytes, of which \(summary.freeBytes) are free"),
            ("write-ahead log", "\(summary.walBytes) bytes"),
        ]
        let width = lines.map(\.0.count).max() ?? 0
        for (name, value) in lines {
            try StandardOutput.write(line: name + String(repeating: " ", count: width - name.count + 2) + value)
        }
    }

    private func describe(_ place: SQLiteLogFile.Summary.Place?) -> String {
        guard let place else { return "none" }
        var time = ByteBuffer()
        place.time.writeRFC3339(into: &time)
        return "\(place.position) at \(String(buffer: time)) on '\(place.topic)'"
    }
}
