import NIOCore
import SluiceTestSupport
import SluiceWire
import Testing

@Suite("permessage-deflate") struct PermessageDeflateTests {
    private static let contexts = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"

    @Test(
        "is agreed to as RFC 7692 § 7.1 allows, or declined",
        arguments: [
            ("permessage-deflate", contexts),
            ("permessage-deflate; client_max_window_bits", contexts),
            ("permessage-deflate; client_max_window_bits=8", contexts),
            ("permessage-deflate; client_max_window_bits=\"10\"", contexts),
            ("permessage-deflate; server_no_context_takeover; client_no_context_takeover", contexts),
            ("permessage-deflate; server_max_window_bits=15", contexts + "; server_max_window_bits=15"),
            ("permessage-deflate; server_max_window_bits=9", contexts + "; server_max_window_bits=9"),
            // zlib cannot keep to 256 bytes; the client has a second offer.
            ("permessage-deflate; server_max_window_bits=8", nil),
            ("permessage-deflate; server_max_window_bits=8, permessage-deflate", contexts),
            ("permessage-deflate; server_max_window_bits", nil),
            ("permessage-deflate; server_max_window_bits=7", nil),
            ("permessage-deflate; server_max_window_bits=16", nil),
            ("permessage-deflate; server_max_window_bits=09", nil),
            ("permessage-deflate; server_max_window_bits=+9", nil),
            ("permessage-deflate; client_max_window_bits=7", nil),
            ("permessage-deflate; client_max_window_bits=x", nil),
            ("permessage-deflate; client_no_context_takeover=1", nil),
            ("permessage-deflate; server_no_context_takeover=true", nil),
            ("permessage-deflate; server_no_context_takeover; server_no_context_takeover", nil),
            ("permessage-deflate; unknown", nil), ("permessage-deflate; unknown, permessage-deflate", contexts),
            ("x-webkit-deflate-frame", nil), ("permessage-bzip2, permessage-deflate", contexts), ("", nil),
        ] as [(String, String?)])
    func negotiation(field: String, response: String?) throws {
        let offers = try WebSocketExtension.list(field)
        #expect(PermessageDeflate(acceptingOneOf: offers)?.response == response)
    }

    @Test("offers are read as RFC 6455 § 9.1 writes them")
    func grammar() throws {
        let offers = try WebSocketExtension.list(#" a ; b=c; d = "e\f" ,, g"#)
        #expect(
            offers == [
                WebSocketExtension(
                    name: "a", parameters: [.init(name: "b", value: "c"), .init(name: "d", value: "ef")]),
                WebSocketExtension(name: "g", parameters: []),
            ])
    }

    @Test(
        "a field that is no list of extensions is malformed",
        arguments: [
            "a b", "a;", "a; =b", "a; b=", ";a", "a; b=\"", "a; b=\"\"", "a; b=\"c d\"", "a; b=\"c\\", "a=b", "a/b",
            "é",
        ])
    func malformed(field: String) {
        #expect(throws: WebSocketExtension.Malformed.self) { try WebSocketExtension.list(field) }
    }

    // MARK: Messages

    private static let compressedText: UInt8 = 0x40 | 0x01
    private static let final: UInt8 = 0x80
    /// "Hello" as RFC 7692 § 7.2.3.1 compresses it.
    private static let hello: [UInt8] = [0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00]

    private static func read(
        _ bytes: [UInt8], maximumMessageBytes: Int = 1 << 20, cuts: Cuts = .none
    ) -> WebSocketTranscript {
        WebSocketTranscript(bytes, maximumMessageBytes: maximumMessageBytes, inflater: Inflater(), cuts: cuts)
    }

    @Test("messages are expanded, whole or in fragments, however they are cut", arguments: Cuts.all)
    func messages(cuts: Cuts) {
        let bytes =
            RawFrame.client(Self.final | Self.compressedText, Self.hello)
            + RawFrame.client(Self.compressedText, Self.hello.prefix(3)) + RawFrame.client(0x89, "p")
            + RawFrame.client(Self.final, Self.hello.dropFirst(3)) + RawFrame.client(0x81, "plain")
            // Stored (§ 7.2.3.3), behind a final block (§ 7.2.3.4), and in two blocks (§ 7.2.3.5).
            + RawFrame.client(0xC1, [0x00, 0x05, 0x00, 0xFA, 0xFF, 0x48, 0x65, 0x6C, 0x6C, 0x6F, 0x00])
            + RawFrame.client(0xC1, [0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 0x00])
            + RawFrame.client(
                0xC1, [0xF2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xCA, 0xC9, 0xC9, 0x07, 0x00])
            + RawFrame.client(0xC2, [0x00])
        let hello = WebSocketInput.text(ByteBuffer(string: "Hello"))
        #expect(
            Self.read(bytes, cuts: cuts).inputs == [
                hello, .ping(ByteBuffer(string: "p")), hello, .text(ByteBuffer(string: "plain")), hello, hello, hello,
                .binary(ByteBuffer()),
            ])
    }

    @Test("RSV1 belongs to the first frame of a message, and to nobody without an extension")
    func reservedBits() {
        let first = RawFrame.client(Self.compressedText, Self.hello.prefix(3))
        for bytes in [
            first + RawFrame.client(0xC0, Self.hello.dropFirst(3)), RawFrame.client(0xC9, "p"),
            RawFrame.client(0xA1, "a"), RawFrame.client(0xD1, "a"), RawFrame.client(0x20 | 0xC1, Self.hello),
        ] {
            #expect(Self.read(bytes).error?.code == .protocolError)
        }
        #expect(WebSocketTranscript(RawFrame.client(0xC1, Self.hello)).error?.code == .protocolError)
    }

    @Test("a bomb costs its limit and ends with 1009, garbage with 1007, and so does text that is not UTF-8")
    func refused() throws {
        var bomb = ByteBuffer()
        Deflater(windowBits: 15, level: 9).deflate(ByteBuffer(repeating: 0, count: 64 << 20), into: &bomb)
        let transcript = Self.read(RawFrame.client(0xC2, bomb.bytes))
        #expect(transcript.error?.code == .messageTooBig)
        #expect(transcript.inputs.isEmpty)
        #expect(Self.read(RawFrame.client(0xC2, [0xFF, 0xFF])).error?.code == .invalidPayload)
        var text = ByteBuffer()
        Deflater(windowBits: 15, level: 9).deflate(ByteBuffer(bytes: [0x61, 0xC3]), into: &text)
        #expect(Self.read(RawFrame.client(0xC1, text.bytes.dropLast(4))).error?.code == .invalidPayload)
    }

    @Test("a message of the limit's size comes through, also when compression made it larger")
    func incompressible() throws {
        var generator = SplitMix64(seed: 3)
        let content = generator.bytes(20_000)
        var compressed = ByteBuffer()
        Deflater(windowBits: 9, level: 1).deflate(ByteBuffer(bytes: content), into: &compressed)
        let payload = compressed.bytes.dropLast(4)
        #expect(payload.count > content.count)
        let whole = Self.read(RawFrame.client(0xC2, payload), maximumMessageBytes: content.count)
        #expect(whole.inputs == [.binary(ByteBuffer(bytes: content))])
        let short = Self.read(RawFrame.client(0xC2, payload), maximumMessageBytes: content.count - 1)
        #expect(short.error?.code == .messageTooBig)
        let long = Self.read(RawFrame.client(0xC2, [UInt8](repeating: 0, count: 30_000)), maximumMessageBytes: 20_000)
        #expect(long.error?.code == .messageTooBig)
    }
}
