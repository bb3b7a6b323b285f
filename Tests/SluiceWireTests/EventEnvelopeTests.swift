import Foundation
import NIOCore
import SluiceTestSupport
import SluiceTopics
import SluiceWire
import Testing

@Suite struct EventEnvelopeTests {
    struct Envelope: Decodable, Equatable {
        var op: String?
        var ref: String?
        var id: String
        var topic: String
        var type: String?
        var time: String
        var contentType: String?
        var encoding: String?
        var data: String
    }

    private func event(
        topic: String = "chat/room-1", type: String? = nil, _ payload: Payload, milliseconds: Int64 = 0
    ) throws -> Event {
        Event(
            position: 1, topic: try Topic(topic), type: type, payload: payload,
            time: Timestamp(milliseconds: milliseconds), isEnd: false)
    }

    private func write(_ event: Event, id: String = "e-1") -> String {
        var buffer = ByteBuffer()
        EventEnvelope.write(event, id: id, into: &buffer)
        return String(buffer: buffer)
    }

    @Test("Members that an event has not are left out")
    func smallest() throws {
        #expect(
            write(try event(Payload(text: "hello")))
                == #"{"id":"e-1","topic":"chat/room-1","time":"1970-01-01T00:00:00.000Z","data":"hello"}"#)
    }

    @Test("All members have their place")
    func largest() throws {
        let payload = Payload(
            data: ByteBuffer(bytes: [1, 2, 3, 4]), encoding: .binary, contentType: #"image/x; a="b""#)
        let event = try event(type: "picture", payload, milliseconds: 1_751_287_286_789)
        #expect(
            write(event) == #"{"id":"e-1","topic":"chat/room-1","type":"picture","time":"2025-06-30T12:41:26.789Z","#
                + #""contentType":"image/x; a=\"b\"","encoding":"base64","data":"AQIDBA=="}"#)
    }

    @Test("The members alone can be a part of a larger object")
    func members() throws {
        let event = try event(Payload(text: "x"))
        let frame = WebSocketFrame.build(.text) { buffer in
            buffer.writeString(#"{"op":"event","ref":"r","#)
            EventEnvelope.writeMembers(event, id: "e-9", into: &buffer)
            buffer.writeString("}")
        }
        guard case .text(let message) = WebSocketTranscript(frame.bytes, role: .client).inputs.first else {
            Issue.record("not a text")
            return
        }
        let envelope = try decode(String(buffer: message))
        #expect(envelope.op == "event")
        #expect(envelope.ref == "r")
        #expect(envelope.id == "e-9")
        #expect(envelope.data == "x")
    }

    @Test("Random events are read back by Foundation", arguments: 1...60 as ClosedRange<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        let isText = Bool.random(using: &generator)
        let bytes = isText ? Array(generator.text(50).utf8) : generator.bytes(50)
        let type = Bool.random(using: &generator) ? generator.text(8) : nil
        let contentType = Bool.random(using: &generator) ? generator.text(8) : nil
        let payload = Payload(
            data: ByteBuffer(bytes: bytes), encoding: isText ? .text : .binary, contentType: contentType)
        let event = try event(topic: #"a "quoted" \ topic/é😀"#, type: type, payload)
        let envelope = try decode(write(event, id: "abc-\(seed)"))
        #expect(
            envelope
                == Envelope(
                    id: "abc-\(seed)", topic: event.topic.name, type: type, time: "1970-01-01T00:00:00.000Z",
                    contentType: contentType, encoding: isText ? nil : "base64",
                    data: isText ? String(decoding: bytes, as: UTF8.self) : Data(bytes).base64EncodedString()),
            "seed \(seed)")
        #expect(write(event).utf8.count <= EventEnvelope.estimatedBytes(event, id: "e-1") + 6 * 80)
    }

    private func decode(_ text: String) throws -> Envelope {
        try JSONDecoder().decode(Envelope.self, from: Data(text.utf8))
    }
}
