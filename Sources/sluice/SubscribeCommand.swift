internal import ArgumentParser
internal import SluiceClient
internal import SluiceTopics

struct SubscribeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "subscribe", abstract: "Print the events of topics and patterns as they come.",
        discussion: "One event a line: its id, topic, type in brackets if it has one, and data. What else happens is "
            + "told on standard error. Comes back by itself after a lost connection and goes on where it stopped; "
            + "ends when all of the topics have.")

    @OptionGroup var client: ClientOptions

    @Argument(
        help: "Topics, or patterns in which * stands for one segment and a last ** for any rest.",
        transform: { try Pattern($0) })
    var topics: [Pattern]

    @Option(help: ArgumentHelp("Server-Sent Events or WebSocket.", valueName: "sse|ws"))
    var wire = Wire.eventStream

    @Option(
        help: ArgumentHelp(
            "Where to begin: the id of the last event that is known, 'earliest' or 'latest'.", valueName: "cursor"))
    var after: String?

    @Flag(help: "Print each event as a JSON object.")
    var json = false

    func run() async throws {
        StandardOutput.ignoreBrokenPipeSignal()
        for try await update in try client.makeClient().subscribe(to: topics, over: wire, after: after) {
            if case .event(let event) = update {
                try StandardOutput.write(line: json ? event.json : event.line)
            } else if let remark = update.remark {
                StandardError.write(line: remark)
            }
        }
    }
}

extension Wire: ExpressibleByArgument {}
