import NIOCore
import SluiceWire
import Testing

@testable import SluiceClient

struct TextLinesTests {
    /// What a gateway makes of the text, which comes in pieces of this many bytes.
    private func events(_ text: String, pieces: Int) throws -> [String] {
        var encoder = TextLineEncoder()
        var parser = EventStreamParser(maximumEventBytes: 1000)
        var bytes = ByteBuffer(string: text)
        while let piece = bytes.readSlice(length: min(pieces, bytes.readableBytes)), piece.readableBytes > 0 {
            parser.append(try encoder.encode(piece))
        }
        parser.append(encoder.finish())
        var events: [String] = []
        while case .event(_, _, let data) = try parser.next() { events.append(data) }
        #expect(!parser.hasUnfinishedEvent)
        return events
    }

    @Test("each line is an event, however the text is cut", arguments: [1, 2, 3, 100])
    func lines(pieces: Int) throws {
        #expect(try events("one\ntwo\r\n\ndata: x\nlast", pieces: pieces) == ["one", "two", "", "data: x", "last"])
        #expect(try events("one\n", pieces: pieces) == ["one"])
        #expect(try events("", pieces: pieces) == [])
    }

    @Test("a line is an event as soon as its end is here")
    func atOnce() throws {
        var encoder = TextLineEncoder()
        #expect(try encoder.encode(ByteBuffer(string: "on")).readableBytes == 0)
        #expect(String(buffer: try encoder.encode(ByteBuffer(string: "e\ntw"))) == "data: one\n\n")
    }

    @Test("a line that never ends is refused")
    func tooLong() throws {
        var encoder = TextLineEncoder(maximumLineBytes: 4)
        _ = try encoder.encode(ByteBuffer(string: "1234"))
        #expect(throws: ClientError.self) { try encoder.encode(ByteBuffer(string: "5")) }
    }
}
