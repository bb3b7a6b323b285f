internal import NIOCore
internal import SluiceConnection
internal import SluiceTopics
internal import SluiceWire

/// Takes a streaming body apart into events, while it arrives.
protocol EventBodyParser: AnyObject {
    func append(_ bytes: ByteBuffer)
    /// - Throws: what is wrong with the next event; nothing more can be read then.
    func next() throws(Problem) -> BodyEvent?
    /// The body is complete.
    ///
    /// - Throws: what is wrong with its rest.
    func finish() throws(Problem) -> BodyEvent?
}

struct BodyEvent {
    /// Nil when the body does not name one.
    var type: String?
    var payload: Payload
}

/// `application/x-ndjson`: each line is the data of one event, a JSON text. Empty lines are skipped.
final class JSONLines: EventBodyParser {
    private let maximumBytes: Int
    private var buffer = ByteBuffer()
    private var scanned = 0
    private var line = 0

    init(maximumBytes: Int) {
        self.maximumBytes = maximumBytes
    }

    func append(_ bytes: ByteBuffer) {
        buffer.discardReadBytes()
        buffer.writeImmutableBuffer(bytes)
    }

    func next() throws(Problem) -> BodyEvent? {
        while let end = buffer.readableBytesView.dropFirst(scanned).firstIndex(of: UInt8(ascii: "\n")) {
            let length = end - buffer.readerIndex
            scanned = 0
            guard let text = buffer.readSlice(length: length) else { return nil }
            buffer.moveReaderIndex(forwardBy: 1)
            if let event = try event(text) { return event }
        }
        scanned = buffer.readableBytes
        // One byte more may be the CR of a line end that is cut in two.
        guard scanned <= maximumBytes + 1 else { throw .tooLarge("line \(line + 1)", limit: maximumBytes) }
        return nil
    }

    func finish() throws(Problem) -> BodyEvent? {
        try event(buffer)
    }

    private func event(_ text: ByteBuffer) throws(Problem) -> BodyEvent? {
        line += 1
        var text = text
        if text.readableBytesView.last == UInt8(ascii: "\r") { text.moveWriterIndex(to: text.writerIndex - 1) }
        guard text.readableBytes > 0 else { return nil }
        guard text.readableBytes <= maximumBytes else { throw .tooLarge("line \(line)", limit: maximumBytes) }
        guard UTF8Validator.isValid(text), JSONText.isValid(text) else {
            throw .badRequest("invalid-json", "line \(line) is not a JSON text")
        }
        return BodyEvent(payload: Payload(data: text, encoding: .text, contentType: "application/json"))
    }
}

/// `text/event-stream`: each block is an event; its `id` and `retry` mean nothing here.
final class EventStreamBody: EventBodyParser {
    private var parser: EventStreamParser

    init(maximumBytes: Int) {
        parser = EventStreamParser(maximumEventBytes: maximumBytes)
    }

    func append(_ bytes: ByteBuffer) {
        parser.append(bytes)
    }

    func next() throws(Problem) -> BodyEvent? {
        do {
            while let item = try parser.next() {
                switch item {
                // Where a gateway's stream starts that is passed on to this one is as good as an id.
                case .event(_, "sluice.start", _), .retry, .comment, .idMoved:
                    continue
                case .event(_, let type, let data):
                    return BodyEvent(type: try EventNames.type(type), payload: Payload(text: data))
                }
            }
            return nil
        } catch let problem as Problem {
            throw problem
        } catch {
            throw Problem(413, "too-large", "\(error)", closeCode: .messageTooBig)
        }
    }

    func finish() throws(Problem) -> BodyEvent? {
        guard !parser.hasUnfinishedEvent else {
            throw .badRequest("incomplete-event", "the body ends inside an event: a blank line has to follow it")
        }
        return nil
    }
}
