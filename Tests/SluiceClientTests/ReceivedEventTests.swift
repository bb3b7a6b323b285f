import NIOCore
import SluiceTopics
import SluiceWire
import Testing

@testable import SluiceClient

struct ReceivedEventTests {
    private func event(_ payload: Payload, type: String? = nil) throws -> ReceivedEvent {
        ReceivedEvent(
            id: "e-1", topic: try Topic("a/b"), type: type, time: "2025-06-30T12:34:56.789Z", payload: payload)
    }

    @Test("a line for a person")
    func line() throws {
        #expect(try event(Payload(text: "hello")).line == "e-1 a/b hello")
        #expect(try event(Payload(text: "hello"), type: "greeting").line == "e-1 a/b [greeting] hello")
        #expect(
            try event(Payload(data: ByteBuffer(bytes: [0, 255]), encoding: .binary)).line == "e-1 a/b base64:AP8=")
    }

    @Test("nothing in an event can break the line or command the terminal")
    func escaping() throws {
        let text = "a\nb\r\tc\u{1B}[31m\u{7F}\u{9B}\u{2028}\u{202E}é😀"
        #expect(
            try event(Payload(text: text)).line
                == #"e-1 a/b a\nb\r\tc\u{1b}[31m\u{7f}\u{9b}\u{2028}\u{202e}é😀"#)
    }

    @Test("the envelope is the one that the gateway writes")
    func json() throws {
        for payload in [
            Payload(text: "say \"hi\"\n\u{1}", contentType: "text/plain"),
            Payload(data: ByteBuffer(bytes: [1, 2, 3]), encoding: .binary),
        ] {
            let original = Event(
                position: 1, topic: try Topic("a/b"), type: "t", payload: payload,
                time: Timestamp(milliseconds: 1_751_286_896_789), isEnd: false)
            var envelope = ByteBuffer()
            EventEnvelope.write(original, id: "e-1", into: &envelope)
            #expect(try event(payload, type: "t").json == String(buffer: envelope))
        }
    }
}
