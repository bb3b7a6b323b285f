import NIOCore
import SluiceTestSupport
import SluiceWire
import Testing

@Suite struct WebSocketViolationTests {
    struct Violation: CustomTestStringConvertible, Sendable {
        var bytes: [UInt8]
        var role = WebSocketRole.server
        var code = WebSocketCloseCode.protocolError
        var message: String
        /// How many of the bytes are enough to know.
        var knownAfter: Int

        var testDescription: String { "\(message): \(bytes.prefix(16))" }
    }

    static let headers: [Violation] = [
        Violation(
            bytes: [0xC1, 0x80], message: "reserved bits are set and no extension was agreed on (RFC 6455 § 5.2)",
            knownAfter: 1),
        Violation(
            bytes: [0xA1, 0x80], message: "reserved bits are set and no extension was agreed on (RFC 6455 § 5.2)",
            knownAfter: 1),
        Violation(
            bytes: [0x99, 0x80], message: "reserved bits are set and no extension was agreed on (RFC 6455 § 5.2)",
            knownAfter: 1),
        Violation(bytes: [0x83, 0x80], message: "reserved opcode 3 (RFC 6455 § 5.2)", knownAfter: 1),
        Violation(bytes: [0x07, 0x80], message: "reserved opcode 7 (RFC 6455 § 5.2)", knownAfter: 1),
        Violation(bytes: [0x8B, 0x80], message: "reserved opcode 11 (RFC 6455 § 5.2)", knownAfter: 1),
        Violation(bytes: [0x8F, 0x80], message: "reserved opcode 15 (RFC 6455 § 5.2)", knownAfter: 1),
        Violation(bytes: [0x09, 0x80], message: "fragmented control frame (RFC 6455 § 5.5)", knownAfter: 1),
        Violation(bytes: [0x0A, 0x80], message: "fragmented control frame (RFC 6455 § 5.5)", knownAfter: 1),
        Violation(bytes: [0x08, 0x80], message: "fragmented control frame (RFC 6455 § 5.5)", knownAfter: 1),
        Violation(
            bytes: [0x80, 0x80], message: "continuation without a message to continue (RFC 6455 § 5.4)", knownAfter: 1),
        Violation(
            bytes: [0x00, 0x80], message: "continuation without a message to continue (RFC 6455 § 5.4)", knownAfter: 1),
        Violation(bytes: [0x81, 0x01, 0x61], message: "unmasked frame from a client (RFC 6455 § 5.1)", knownAfter: 2),
        Violation(bytes: [0x89, 0x00], message: "unmasked frame from a client (RFC 6455 § 5.1)", knownAfter: 2),
        Violation(
            bytes: [0x81, 0x80], role: .client, message: "masked frame from a server (RFC 6455 § 5.1)", knownAfter: 2),
        Violation(
            bytes: [0x89, 0xFE, 0x00, 0x7E], message: "control frame of more than 125 bytes (RFC 6455 § 5.5)",
            knownAfter: 2),
        Violation(
            bytes: [0x88, 0xFF], message: "control frame of more than 125 bytes (RFC 6455 § 5.5)", knownAfter: 2),
        Violation(bytes: [0x88, 0x81], message: "close frame with half a code (RFC 6455 § 5.5.1)", knownAfter: 2),
        Violation(
            bytes: [0x82, 0xFE, 0x00, 0x7D], message: "length not in the fewest bytes (RFC 6455 § 5.2)", knownAfter: 4),
        Violation(
            bytes: [0x82, 0xFE, 0x00, 0x00], message: "length not in the fewest bytes (RFC 6455 § 5.2)", knownAfter: 4),
        Violation(
            bytes: [0x82, 0xFF, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF],
            message: "length not in the fewest bytes (RFC 6455 § 5.2)", knownAfter: 10),
        Violation(
            bytes: [0x82, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0], message: "length of more than 63 bits (RFC 6455 § 5.2)",
            knownAfter: 10),
        Violation(
            bytes: [0x82, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
            message: "length of more than 63 bits (RFC 6455 § 5.2)", knownAfter: 10),
    ]

    static let closes: [Violation] = [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535].map { code in
        Violation(
            bytes: RawFrame.client(0x88, [UInt8(code >> 8), UInt8(code & 0xFF)]),
            message: "invalid close code \(code) (RFC 6455 § 7.4)", knownAfter: 8)
    }

    static let payloads: [Violation] = [
        Violation(
            bytes: RawFrame.client(0x01, "a") + RawFrame.client(0x81, "b"),
            message: "new message inside a fragmented one (RFC 6455 § 5.4)", knownAfter: 8),
        Violation(
            bytes: RawFrame.client(0x02, "a") + RawFrame.client(0x02, "b"),
            message: "new message inside a fragmented one (RFC 6455 § 5.4)", knownAfter: 8),
        Violation(
            bytes: RawFrame.client(0x88, [0x03, 0xE8, 0x61, 0xFF]), code: .invalidPayload,
            message: "close reason is not UTF-8 (RFC 6455 § 5.5.1)", knownAfter: 10),
        Violation(
            bytes: RawFrame.client(0x88, [0x03, 0xE8, 0xE2, 0x82]), code: .invalidPayload,
            message: "close reason is not UTF-8 (RFC 6455 § 5.5.1)", knownAfter: 10),
        // In the middle of a frame of which more is to come, as the Autobahn cases 6.4 have it.
        Violation(
            bytes: RawFrame.client(0x81, [0x61, 0xCE, 0xFF, 0x61, 0x61]), code: .invalidPayload,
            message: "text that is not UTF-8 (RFC 6455 § 8.1)", knownAfter: 9),
        Violation(
            bytes: RawFrame.client(0x81, [0xF4, 0x90, 0x80, 0x80]), code: .invalidPayload,
            message: "text that is not UTF-8 (RFC 6455 § 8.1)", knownAfter: 8),
        // Over the border of two frames.
        Violation(
            bytes: RawFrame.client(0x01, [0x61, 0xED]) + RawFrame.client(0x80, [0xA0, 0x80]), code: .invalidPayload,
            message: "text that is not UTF-8 (RFC 6455 § 8.1)", knownAfter: 15),
        // The message ends within a character.
        Violation(
            bytes: RawFrame.client(0x81, [0x61, 0xE2, 0x82]), code: .invalidPayload,
            message: "text that is not UTF-8 (RFC 6455 § 8.1)", knownAfter: 9),
        Violation(
            bytes: RawFrame.client(0x01, [0xE2, 0x82]) + RawFrame.client(0x80, ""), code: .invalidPayload,
            message: "text that is not UTF-8 (RFC 6455 § 8.1)", knownAfter: 14),
    ]

    @Test("Each violation has its code and its clause, however it is cut", arguments: headers + closes + payloads)
    func violations(violation: Violation) {
        for cuts in Cuts.all {
            let transcript = WebSocketTranscript(violation.bytes, role: violation.role, cuts: cuts)
            #expect(transcript.error == WebSocketError(code: violation.code, message: violation.message))
            #expect(transcript.inputs.isEmpty)
        }
        #expect(violation.message.utf8.count <= WebSocketFrame.maximumReasonBytes)
    }

    @Test("A violation is known with the first byte that makes it one", arguments: headers + closes + payloads)
    func failsFast(violation: Violation) {
        let enough = Array(violation.bytes.prefix(violation.knownAfter))
        #expect(WebSocketTranscript(enough, role: violation.role).error != nil)
        #expect(WebSocketTranscript(enough.dropLast(), role: violation.role).error == nil)
    }

    @Test("What came before a violation is still delivered", arguments: headers)
    func deliversWhatWasGood(violation: Violation) {
        let good =
            violation.role == .server ? RawFrame.client(0x81, "good") : RawFrame.server(0x81, Array("good".utf8))
        for cuts in Cuts.all {
            let transcript = WebSocketTranscript(good + violation.bytes, role: violation.role, cuts: cuts)
            #expect(transcript.inputs == [.text(ByteBuffer(string: "good"))])
            #expect(transcript.error?.message == violation.message)
        }
    }

    @Test("Binary messages need not be UTF-8")
    func binaryIsAnything() {
        #expect(WebSocketTranscript(RawFrame.client(0x82, [0xFF, 0xED, 0xA0])).error == nil)
        let afterText = RawFrame.client(0x81, "x") + RawFrame.client(0x02, [0xFF]) + RawFrame.client(0x80, [0xC0])
        #expect(WebSocketTranscript(afterText).error == nil)
    }

    @Test("A message of very many fragments costs its bytes and no more")
    func manyFragments() {
        let count = 20_000
        var bytes = RawFrame.client(0x02, [0])
        for _ in 0..<count { bytes += RawFrame.client(0x00, [1]) }
        bytes += RawFrame.client(0x80, [2])
        let transcript = WebSocketTranscript(bytes, maximumMessageBytes: count + 2, cuts: .random(seed: 1, upTo: 4000))
        #expect(transcript.inputs == [.binary(ByteBuffer(bytes: [0] + Array(repeating: 1, count: count) + [2]))])
        #expect(transcript.mostBuffered <= count + 2 + 14)
    }

    @Test("A message cannot be kept open for ever with empty fragments")
    func emptyFragments() {
        func message(empty: Int) -> [UInt8] {
            RawFrame.client(0x01, "x") + Array(repeatElement(RawFrame.client(0x00, ""), count: empty).joined())
                + RawFrame.client(0x80, "y")
        }
        #expect(WebSocketTranscript(message(empty: 1024) + message(empty: 1024)).inputs.count == 2)
        let transcript = WebSocketTranscript(message(empty: 1025))
        #expect(transcript.error?.code == .policyViolation)
        #expect(transcript.inputs.isEmpty)
    }

    @Test("A header that announces a large payload reserves nothing for it")
    func announcementsAreFree() throws {
        var receiver = WebSocketReceiver(role: .server, maximumMessageBytes: 1 << 30)
        receiver.append(ByteBuffer(bytes: [0x82, 0xFF, 0, 0, 0, 0, 0x3F, 0, 0, 0] + RawFrame.keyBytes + [1, 2, 3]))
        let input1 = try receiver.next()
        #expect(input1 == nil)
        #expect(receiver.bufferedBytes == 3)
    }

    @Test("Random bytes end in a documented error or in waiting, the same however they are cut")
    func randomBytes() {
        let codes: Set<WebSocketCloseCode> = [.protocolError, .invalidPayload, .policyViolation, .messageTooBig]
        for seed in 0..<3000 as Range<UInt64> {
            var generator = SplitMix64(seed: seed)
            var bytes = generator.bytes(Int.random(in: 0...60, using: &generator))
            if !bytes.isEmpty, Bool.random(using: &generator) {
                bytes[0] = [0x81, 0x01, 0x82, 0x88, 0x89][Int(seed % 5)]
            }
            if bytes.count > 1, Bool.random(using: &generator) { bytes[1] = 0x80 | bytes[1] % 40 }
            let whole = WebSocketTranscript(bytes, maximumMessageBytes: 1000)
            if let error = whole.error { #expect(codes.contains(error.code), "seed \(seed)") }
            for cuts in [Cuts.everyByte, .random(seed: seed, upTo: 9)] {
                #expect(
                    WebSocketTranscript(bytes, maximumMessageBytes: 1000, cuts: cuts) == whole, "seed \(seed), \(cuts)")
            }
        }
    }
}
