internal import ArgumentParser
internal import NIOCore
internal import SluiceSQLiteLog
internal import SluiceTopics
internal import SluiceWire

struct LogExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Print a log's events as NDJSON: one object in a line, in log order.",
        discussion: "Of one moment, also while a gateway is running on it. The objects are what subscribers get with "
            + "'format=json', and a topic's last event has '\"end\":true'.")

    @OptionGroup var options: LogFileOptions

    @Option(
        help: ArgumentHelp("Print only events of these topics and patterns.", valueName: "pattern"),
        transform: { try Pattern($0) })
    var topic: [Pattern] = []

    func run() throws {
        StandardOutput.ignoreBrokenPipeSignal()
        try options.log().forEachEvent { event, epoch in
            guard topic.isEmpty || topic.contains(where: { $0.matches(event.topic) }) else { return }
            var line = ByteBuffer(string: "{")
            EventEnvelope.writeMembers(event, id: "\(Cursor(epoch: epoch, position: event.position))", into: &line)
            if event.isEnd { line.writeString(#","end":true"#) }
            line.writeString("}")
            try StandardOutput.write(line: String(buffer: line))
        }
    }
}
