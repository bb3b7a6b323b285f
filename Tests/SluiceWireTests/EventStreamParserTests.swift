import NIOCore
import SluiceTestSupport
import SluiceWire
import Testing

@Suite struct EventStreamParserTests {
    struct Example: CustomTestStringConvertible, Sendable {
        var stream: String
        var items: [EventStreamItem]
        var lastEventID = ""
        var hasUnfinishedEvent = false

        var testDescription: String { stream.debugDescription }
    }

    private static func message(_ data: String, id: String = "", type: String? = nil) -> EventStreamItem {
        .event(id: id, type: type, data: data)
    }

    /// The examples of HTML Standard § 9.2.6.
    static let standard: [Example] = [
        Example(stream: "data: YHOO\ndata: +2\ndata: 10\n\n", items: [message("YHOO\n+2\n10")]),
        Example(
            stream: ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n",
            items: [.comment("test stream"), message("first event", id: "1"), message("second event")],
            hasUnfinishedEvent: true),
        Example(
            stream: "data\n\ndata\ndata\n\ndata:", items: [message(""), message("\n")], hasUnfinishedEvent: true),
        Example(stream: "data:test\n\ndata: test\n\n", items: [message("test"), message("test")]),
        Example(
            stream: "event: add\ndata: 73857293\n\nevent: remove\ndata: 2153\n\n",
            items: [message("73857293", type: "add"), message("2153", type: "remove")]),
    ]

    static let fields: [Example] = [
        Example(stream: "", items: []),
        Example(stream: "\n\n\n", items: []),
        Example(stream: "data: a\n", items: [], hasUnfinishedEvent: true),
        Example(stream: "data: a", items: [], hasUnfinishedEvent: true),
        Example(stream: "data: a\n\n:", items: [message("a")]),
        Example(stream: "data: a\n\n: cut", items: [message("a")]),
        Example(stream: "event: x\n", items: [], hasUnfinishedEvent: true),
        Example(stream: "id: x\n", items: [], hasUnfinishedEvent: true),
        Example(stream: "event: x\n\ndata: a\n\n", items: [message("a")]),
        Example(stream: "event: x\nevent: y\ndata: a\n\n", items: [message("a", type: "y")]),
        Example(stream: "event: x\nevent\ndata: a\n\n", items: [message("a")]),
        Example(stream: "event:\ndata: a\n\n", items: [message("a")]),
        Example(stream: "data:a\ndata:  b\ndata::c\n\n", items: [message("a\n b\n:c")]),
        Example(stream: "data:\ta\n\n", items: [message("\ta")]),
        Example(stream: "Data: a\nDATA: b\n data: c\ndata : d\ndatax: e\nfoo\n: \n\n", items: [.comment("")]),
        Example(stream: "data: a\0b\n\n", items: [message("a\0b")]),
        Example(stream: ":\n:a\n: b\n:  c\n", items: [.comment(""), .comment("a"), .comment("b"), .comment(" c")]),
        Example(stream: "data: a\n: in between\ndata: b\n\n", items: [.comment("in between"), message("a\nb")]),
    ]

    static let ids: [Example] = [
        Example(stream: "id: 7\n\n", items: [.idMoved("7")], lastEventID: "7"),
        Example(stream: "id: 7\ndata: a\n\n", items: [message("a", id: "7")], lastEventID: "7"),
        Example(
            stream: "id: 7\ndata: a\n\ndata: b\n\n", items: [message("a", id: "7"), message("b", id: "7")],
            lastEventID: "7"),
        Example(
            stream: "id: 7\n\nid: 8\ndata: b\n", items: [.idMoved("7")], lastEventID: "7", hasUnfinishedEvent: true),
        Example(stream: "id: 7\n\nid\n\n", items: [.idMoved("7"), .idMoved("")]),
        Example(
            stream: "id: 7\n\nid: 8\0\ndata: x\n\n", items: [.idMoved("7"), message("x", id: "7")], lastEventID: "7"),
        Example(stream: "id: 1\nid: 2\ndata\n\n", items: [message("", id: "2")], lastEventID: "2"),
        Example(stream: "id: 7\n\n\n\ndata: a\n\n", items: [.idMoved("7"), message("a", id: "7")], lastEventID: "7"),
        Example(stream: "id: é😀\n\n", items: [.idMoved("é😀")], lastEventID: "é😀"),
    ]

    static let retries: [Example] = [
        Example(stream: "retry: 1500\n", items: [.retry(milliseconds: 1500)]),
        Example(stream: "retry:0\n\n", items: [.retry(milliseconds: 0)]),
        Example(stream: "retry: 007\n", items: [.retry(milliseconds: 7)]),
        Example(stream: "retry: 99999999999999999999999\n", items: [.retry(milliseconds: .max)]),
        Example(stream: "retry\nretry:\nretry: 1.5\nretry: -1\nretry: +1\nretry: 1 \nretry:  1\nretry: ١\n", items: []),
        Example(stream: "data: a\nretry: 5\n\n", items: [.retry(milliseconds: 5), message("a")]),
    ]

    @Test(
        "Streams mean what the HTML Standard says, however they are cut", arguments: standard + fields + ids + retries)
    func examples(example: Example) {
        for cuts in Cuts.all {
            let transcript = EventStreamTranscript(example.stream, cuts: cuts)
            #expect(transcript.items == example.items, "\(cuts)")
            #expect(transcript.lastEventID == example.lastEventID, "\(cuts)")
            #expect(transcript.hasUnfinishedEvent == example.hasUnfinishedEvent, "\(cuts)")
            #expect(transcript.error == nil)
        }
    }

    @Test("LF, CR and CRLF end lines alike", arguments: standard + fields + ids + retries)
    func lineEnds(example: Example) {
        for lineEnd in ["\r", "\r\n"] {
            let stream = String(example.stream.unicodeScalars.flatMap { $0 == "\n" ? Array(lineEnd) : [Character($0)] })
            for cuts in Cuts.all {
                let transcript = EventStreamTranscript(stream, cuts: cuts)
                #expect(transcript.items == example.items, "\(cuts), \(lineEnd.debugDescription)")
                #expect(transcript.hasUnfinishedEvent == example.hasUnfinishedEvent)
            }
        }
    }

    @Test("Line ends may be mixed, and LF CR are two of them", arguments: Cuts.all)
    func mixedLineEnds(cuts: Cuts) {
        #expect(
            EventStreamTranscript("data: a\rdata: b\r\ndata: c\n\r\n", cuts: cuts).items == [Self.message("a\nb\nc")])
        #expect(
            EventStreamTranscript("data: a\n\rdata: b\r\r", cuts: cuts).items
                == [Self.message("a"), Self.message("b")])
        #expect(EventStreamTranscript("data: a\r\n\ndata: b\n\r", cuts: cuts).events.count == 2)
    }

    @Test("An event that ends with CR is not held back until the next byte")
    func carriageReturnDispatches() throws {
        var parser = EventStreamParser(maximumEventBytes: 100)
        parser.append(ByteBuffer(string: "data: a\r\r"))
        let first = try parser.next()
        #expect(first == Self.message("a"))
        parser.append(ByteBuffer(string: "\ndata: b\r\n\r"))
        let second = try parser.next()
        #expect(second == Self.message("b"))
        parser.append(ByteBuffer(string: "\n"))
        let third = try parser.next()
        #expect(third == nil)
        #expect(!parser.hasUnfinishedEvent)
    }

    @Test("One byte order mark at the beginning is ignored, any other is text", arguments: Cuts.all)
    func byteOrderMark(cuts: Cuts) {
        #expect(EventStreamTranscript("\u{FEFF}data: a\n\n", cuts: cuts).items == [Self.message("a")])
        #expect(EventStreamTranscript("\u{FEFF}\u{FEFF}data: a\n\n", cuts: cuts).items.isEmpty)
        #expect(EventStreamTranscript("\n\u{FEFF}data: a\n\n", cuts: cuts).items.isEmpty)
        #expect(EventStreamTranscript("data: \u{FEFF}a\n\n", cuts: cuts).items == [Self.message("\u{FEFF}a")])
        let partial: [UInt8] = [0xEF, 0xBB] + Array("data: a\n\ndata: b\n\n".utf8)
        #expect(EventStreamTranscript(partial, cuts: cuts).items == [Self.message("b")])
    }

    @Test("Bytes that are not UTF-8 become U+FFFD", arguments: Cuts.all)
    func malformedText(cuts: Cuts) {
        let bytes = Array("data: a".utf8) + [0xFF, 0xE2, 0x82] + Array("b\n\n".utf8)
        #expect(EventStreamTranscript(bytes, cuts: cuts).items == [Self.message("a\u{FFFD}\u{FFFD}b")])
    }

    @Test("An event may have as many bytes as the limit, in one line or many", arguments: Cuts.all)
    func exactLimit(cuts: Cuts) {
        for stream in ["data: 1234567890\n\n", "data:12345\ndata: 6789\n\n", "id: 12\nevent: 34\ndata: 567890\n\n"] {
            #expect(EventStreamTranscript(stream, maximumEventBytes: 10, cuts: cuts).events.count == 1)
            let refused = EventStreamTranscript(stream, maximumEventBytes: 9, cuts: cuts)
            #expect(refused.error?.code == .tooLarge)
            #expect(refused.events.isEmpty)
            #expect(!refused.hasUnfinishedEvent)
        }
    }

    @Test("The limit holds for each event and not for the stream", arguments: Cuts.all)
    func limitIsPerEvent(cuts: Cuts) {
        let stream = String(repeating: "id: 123\ndata: 4567\n\n: a comment that is\n", count: 40)
        let transcript = EventStreamTranscript(stream, maximumEventBytes: 16, cuts: cuts)
        #expect(transcript.error == nil)
        #expect(transcript.events.count == 40)
    }

    @Test("A line without an end is refused when it can be nothing but too large", arguments: Cuts.all)
    func endlessLine(cuts: Cuts) {
        for beginning in ["data: ", ": ", "", "unknown: "] {
            let stream = "id: 5\n\n" + beginning + String(repeating: "x", count: 100)
            let transcript = EventStreamTranscript(stream, maximumEventBytes: 50, cuts: cuts)
            #expect(transcript.error?.code == .tooLarge)
            #expect(transcript.items == [.idMoved("5")])
            #expect(transcript.lastEventID == "5")
        }
    }

    @Test("After an error nothing is read any more, and the error comes once")
    func finishedAfterError() throws {
        var parser = EventStreamParser(maximumEventBytes: 4)
        parser.append(ByteBuffer(string: "data: 12345\n\ndata: 1\n\n"))
        #expect(throws: EventStreamError.self) { try parser.next() }
        parser.append(ByteBuffer(string: "data: 1\n\n"))
        let item = try parser.next()
        #expect(item == nil)
    }

    @Test("Any text is a stream, and it means the same however it is cut", arguments: 1...200 as ClosedRange<UInt64>)
    func randomText(seed: UInt64) {
        let fragments = [
            "data", "data: ", "data:", "id: ", "id", "event: ", "retry: ", "retry: 12", ":", " ", "\n", "\r", "\r\n",
            "\n\n",
            "\u{FEFF}", "\0", "é", "x", "longer text",
        ]
        var generator = SplitMix64(seed: seed)
        let stream = (0..<60).map { _ in fragments.randomElement(using: &generator) ?? "" }.joined()
        for limit in [1000, 12] {
            let whole = EventStreamTranscript(stream, maximumEventBytes: limit)
            for cuts in [Cuts.everyByte, .random(seed: seed, upTo: 6), .random(seed: seed, upTo: 40)] {
                let transcript = EventStreamTranscript(stream, maximumEventBytes: limit, cuts: cuts)
                #expect(transcript == whole, "seed \(seed), \(cuts)")
            }
        }
    }
}
