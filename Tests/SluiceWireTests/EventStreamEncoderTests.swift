import Foundation
import NIOCore
import SluiceTestSupport
import SluiceTopics
import SluiceWire
import Testing

@Suite struct EventStreamEncoderTests {
    private func text(_ write: (inout ByteBuffer) -> Void) -> String {
        var buffer = ByteBuffer()
        write(&buffer)
        return String(buffer: buffer)
    }

    private func event(id: String? = nil, type: String? = nil, _ data: String) -> String {
        text { EventStreamEncoder.event(id: id, type: type, data: ByteBuffer(string: data), into: &$0) }
    }

    @Test("A block has its id, its type, a line of data for each line and a blank line")
    func blocks() {
        #expect(event("hello") == "data: hello\n\n")
        #expect(event(id: "e-1", type: "greeting", "hello") == "id: e-1\nevent: greeting\ndata: hello\n\n")
        #expect(event("") == "data: \n\n")
        #expect(event(" a") == "data:  a\n\n")
        #expect(event("a\nb") == "data: a\ndata: b\n\n")
        #expect(event("a\rb") == "data: a\ndata: b\n\n")
        #expect(event("a\r\nb") == "data: a\ndata: b\n\n")
        #expect(event("a\n\rb") == "data: a\ndata: \ndata: b\n\n")
        #expect(event("\r\n") == "data: \ndata: \n\n")
        #expect(event("twelve bytes\nand\rmore than that") == "data: twelve bytes\ndata: and\ndata: more than that\n\n")
        #expect(event(id: "", "x") == "id: \ndata: x\n\n")
    }

    @Test("An id, a comment and a retry are blocks of their own")
    func otherBlocks() {
        #expect(text { EventStreamEncoder.id("e-7", into: &$0) } == "id: e-7\n\n")
        #expect(text { EventStreamEncoder.comment("catching up", into: &$0) } == ": catching up\n\n")
        #expect(text { EventStreamEncoder.comment("", into: &$0) } == ": \n\n")
        #expect(text { EventStreamEncoder.retry(milliseconds: 2500, into: &$0) } == "retry: 2500\n\n")
    }

    @Test("No id, type or comment can forge a field")
    func injection() {
        let evil = "x\r\ndata: forged\n\n\0"
        #expect(event(id: evil, type: evil, "y") == "id: xdata: forged\nevent: xdata: forged\ndata: y\n\n")
        #expect(text { EventStreamEncoder.id(evil, into: &$0) } == "id: xdata: forged\n\n")
        #expect(text { EventStreamEncoder.comment(evil, into: &$0) } == ": xdata: forged\n\n")
    }

    @Test("Binary data is Base64 in one line")
    func binary() {
        let data = ByteBuffer(bytes: [0, 10, 13, 255])
        #expect(
            text { EventStreamEncoder.event(id: "1", type: "t", base64: data, into: &$0) }
                == "id: 1\nevent: t\ndata: AAoN/w==\n\n")
        #expect(text { EventStreamEncoder.event(id: nil, type: nil, base64: ByteBuffer(), into: &$0) } == "data: \n\n")
    }

    @Test("A published event is written as it is or in its envelope")
    func publishedEvents() throws {
        let topic = try Topic("chat/1")
        let words = Event(
            position: 1, topic: topic, type: "said", payload: Payload(text: "a\nb"),
            time: Timestamp(milliseconds: 0), isEnd: false)
        let bytes = Event(
            position: 2, topic: topic, type: nil,
            payload: Payload(data: ByteBuffer(bytes: [255]), encoding: .binary), time: Timestamp(milliseconds: 1),
            isEnd: false)
        #expect(
            text { EventStreamEncoder.raw(words, id: "e-1", into: &$0) }
                == "id: e-1\nevent: said\ndata: a\ndata: b\n\n")
        #expect(text { EventStreamEncoder.raw(bytes, id: "e-2", into: &$0) } == "id: e-2\ndata: /w==\n\n")
        #expect(
            text { EventStreamEncoder.envelope(words, id: "e-1", into: &$0) } == """
                id: e-1
                event: said
                data: {"id":"e-1","topic":"chat/1","type":"said","time":"1970-01-01T00:00:00.000Z","data":"a\\nb"}


                """)
        #expect(
            text { EventStreamEncoder.envelope(bytes, id: "e-2", into: &$0) }.hasSuffix(
                #""encoding":"base64","data":"/w=="}"# + "\n\n"))
    }

    @Test("What is encoded is parsed to the same, with line ends become LF", arguments: 1...100 as ClosedRange<UInt64>)
    func roundTrip(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        var buffer = ByteBuffer()
        var expected: [EventStreamItem] = []
        var lastID = ""
        for _ in 0..<20 {
            let line = generator.text(8).filter { !$0.isNewline && $0 != "\0" && $0 != "\r\n" }
            switch Int.random(in: 0..<6, using: &generator) {
            case 0:
                EventStreamEncoder.id(line, into: &buffer)
                lastID = line
                expected.append(.idMoved(line))
            case 1:
                EventStreamEncoder.comment(line, into: &buffer)
                expected.append(.comment(line))
            case 2:
                let milliseconds = Int.random(in: 0...Int.max, using: &generator)
                EventStreamEncoder.retry(milliseconds: milliseconds, into: &buffer)
                expected.append(.retry(milliseconds: milliseconds))
            case 3:
                let data = ByteBuffer(bytes: generator.bytes(Int.random(in: 0...40, using: &generator)))
                EventStreamEncoder.event(id: nil, type: line, base64: data, into: &buffer)
                expected.append(
                    .event(id: lastID, type: line.isEmpty ? nil : line, data: Base64.encode(data.readableBytesView)))
            default:
                let data = generator.text(Int.random(in: 0...40, using: &generator))
                let id = Bool.random(using: &generator) ? line : nil
                EventStreamEncoder.event(id: id, type: nil, data: ByteBuffer(string: data), into: &buffer)
                lastID = id ?? lastID
                let normalised = data.replacingOccurrences(of: "\r\n", with: "\n")
                    .replacingOccurrences(of: "\r", with: "\n")
                expected.append(.event(id: lastID, type: nil, data: normalised))
            }
        }
        for cuts in [Cuts.none, .everyByte, .random(seed: seed, upTo: 7)] {
            // The first thing in a stream is never a byte order mark, since every block begins with a field's name.
            let transcript = EventStreamTranscript(buffer.bytes, cuts: cuts)
            #expect(transcript.items == expected, "seed \(seed), \(cuts)")
            #expect(transcript.lastEventID == lastID, "seed \(seed), \(cuts)")
            #expect(!transcript.hasUnfinishedEvent)
        }
    }
}
