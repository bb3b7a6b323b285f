import NIOCore
import SluiceTestSupport
import SluiceWire
import Testing

/// A random conversation is written with the encoder and must be what the receiver reads, whatever its fragments.
@Suite struct WebSocketRoundTripTests {
    @Test("Random conversations come through as they were sent", arguments: 1...60 as ClosedRange<UInt64>)
    func roundTrip(seed: UInt64) {
        for receiverRole in [WebSocketRole.server, .client] {
            var conversation = Conversation(seed: seed, isMasked: receiverRole == .server)
            conversation.talk(messages: 12)
            for cuts in [Cuts.none, .everyByte, .random(seed: seed, upTo: 3), .random(seed: seed, upTo: 300)] {
                let transcript = WebSocketTranscript(conversation.bytes, role: receiverRole, cuts: cuts)
                #expect(transcript.error == nil, "seed \(seed), \(cuts)")
                #expect(transcript.inputs == conversation.expected, "seed \(seed), \(cuts)")
            }
        }
    }

    @Test("A frame that is built in place is the frame that is encoded", arguments: 1...40 as ClosedRange<UInt64>)
    func buildEqualsEncode(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        let payload = ByteBuffer(
            bytes: generator.bytes([0, 3, 125, 126, 1000, 65535, 65536].randomElement(using: &generator) ?? 0))
        for key in [nil, WebSocketMaskingKey.random(using: &generator)] {
            let built = WebSocketFrame.build(.binary, estimatedPayloadBytes: 10, maskingKey: key) { buffer in
                buffer.writeBytes(payload.readableBytesView.prefix(2))
                buffer.writeBytes(payload.readableBytesView.dropFirst(2))
            }
            #expect(built == WebSocketFrame.encode(.binary, payload, maskingKey: key), "seed \(seed)")
        }
    }
}

private struct Conversation {
    var bytes: [UInt8] = []
    var expected: [WebSocketInput] = []
    private var generator: SplitMix64
    private let isMasked: Bool

    init(seed: UInt64, isMasked: Bool) {
        generator = SplitMix64(seed: seed)
        self.isMasked = isMasked
    }

    mutating func talk(messages: Int) {
        for _ in 0..<messages {
            maybeControl()
            let isText = Bool.random(using: &generator)
            let size = [0, 1, 5, 60, 130, 400].randomElement(using: &generator) ?? 0
            let payload = isText ? Array(generator.text(size).utf8) : generator.bytes(size)
            send(payload, as: isText ? .text : .binary)
        }
        if Bool.random(using: &generator) {
            let reason = String(generator.text(20).prefix(20))
            bytes += WebSocketFrame.close(.goingAway, reason: reason, maskingKey: key()).bytes
            expected.append(.close(.goingAway, reason: reason))
        }
    }

    private mutating func send(_ payload: [UInt8], as opcode: WebSocketOpcode) {
        let fragments = Int.random(in: 1...4, using: &generator)
        let cuts = (1..<fragments).map { _ in Int.random(in: 0...payload.count, using: &generator) }.sorted()
        var start = 0
        for (index, end) in (cuts + [payload.count]).enumerated() {
            if index > 0 { maybeControl() }
            let frame = WebSocketFrame.encodeFragment(
                index == 0 ? opcode : .continuation, ByteBuffer(bytes: payload[start..<end]),
                isFinal: index == fragments - 1, maskingKey: key())
            bytes += frame.bytes
            start = end
        }
        expected.append(opcode == .text ? .text(ByteBuffer(bytes: payload)) : .binary(ByteBuffer(bytes: payload)))
    }

    private mutating func maybeControl() {
        guard Int.random(in: 0..<3, using: &generator) == 0 else { return }
        let payload = ByteBuffer(bytes: generator.bytes(Int.random(in: 0...125, using: &generator)))
        let isPing = Bool.random(using: &generator)
        bytes += WebSocketFrame.encode(isPing ? .ping : .pong, payload, maskingKey: key()).bytes
        expected.append(isPing ? .ping(payload) : .pong(payload))
    }

    private mutating func key() -> WebSocketMaskingKey? {
        isMasked ? WebSocketMaskingKey.random(using: &generator) : nil
    }
}
