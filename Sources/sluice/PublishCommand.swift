internal import ArgumentParser
internal import NIOCore
internal import SluiceClient
internal import SluiceTopics

struct PublishCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "publish", abstract: "Publish an event, or each line of standard input as one.",
        discussion: "Prints the event's id, which is its cursor; with --lines that of the last one.")

    @OptionGroup var client: ClientOptions

    @Argument(help: "The topic, such as chat/room-1.", transform: { try Topic($0) })
    var topic: Topic

    @Argument(help: "The event's data; '-' or nothing for all of standard input.")
    var data: String?

    @Option(help: ArgumentHelp("The kind of event, which is 'event:' over Server-Sent Events.", valueName: "name"))
    var type: String?

    @Option(help: ArgumentHelp("The media type of the data.", valueName: "type"))
    var contentType: String?

    @Option(
        help: ArgumentHelp(
            "A name for this publish, which happens once however often it is tried with the same name.",
            valueName: "key"))
    var idempotencyKey: String?

    @Flag(help: "End the topic with this event.")
    var end = false

    enum Streaming: String, EnumerableFlag {
        case lines, jsonLines

        static func help(for value: Streaming) -> ArgumentHelp? {
            switch value {
            case .lines: "Publish each line of standard input as an event, at once when it comes."
            case .jsonLines: "The same for lines that are JSON texts (NDJSON), which gives them that content type."
            }
        }
    }

    @Flag(exclusivity: .exclusive)
    var streaming: Streaming?

    func validate() throws {
        guard streaming != nil else { return }
        guard data == nil || data == "-" else {
            throw ValidationError("With --lines and --json-lines, the data comes from standard input.")
        }
        guard contentType == nil, idempotencyKey == nil, !end else {
            throw ValidationError(
                "--content-type, --idempotency-key and --end are for one event, not for --lines and --json-lines.")
        }
    }

    func run() async throws {
        StandardOutput.ignoreBrokenPipeSignal()
        let client = try client.makeClient()
        switch streaming {
        case nil:
            let published = try await client.publish(
                try await payload(), to: topic, type: type, contentType: contentType, idempotencyKey: idempotencyKey,
                endsTopic: end)
            try StandardOutput.write(line: published.id)
        case .lines:
            try tell(
                try await client.publish(stream: TextLines(StandardInput()), as: .eventStream, to: topic, type: type))
        case .jsonLines:
            try tell(try await client.publish(stream: StandardInput(), as: .jsonLines, to: topic, type: type))
        }
    }

    private func tell(_ receipt: PublishedStream) throws {
        if let id = receipt.id { try StandardOutput.write(line: id) }
        StandardError.write(line: "events published: \(receipt.published)")
    }

    private func payload() async throws -> ByteBuffer {
        if let data, data != "-" { return ByteBuffer(string: data) }
        var payload = ByteBuffer()
        for try await chunk in StandardInput() { payload.writeImmutableBuffer(chunk) }
        return payload
    }
}
