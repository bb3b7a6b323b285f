import NIOCore
import SluiceTestSupport
import SluiceWire
import Testing

@Suite struct ProxyHeaderTests {
    private static let signature: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A]
    private static let ports: [UInt8] = [0xDC, 0x04, 0x01, 0xBB]

    /// A header of version 2.
    private static func header(_ command: UInt8, _ family: UInt8, _ rest: [UInt8], length: Int? = nil) -> [UInt8] {
        let length = UInt16(length ?? rest.count)
        return signature + [command, family, UInt8(length >> 8), UInt8(length & 0xFF)] + rest
    }

    private static let client6: [UInt8] = [0x20, 0x01, 0x0D, 0xB8] + [UInt8](repeating: 0, count: 11) + [1]
    private static let addresses4: [UInt8] = [203, 0, 113, 7, 192, 0, 2, 1] + ports
    private static let addresses6 = client6 + client6 + ports

    private static func proxied(_ address: String) -> ProxyHeader {
        IPAddress(address).map(ProxyHeader.proxied) ?? .unknown
    }

    static let accepted: [(bytes: [UInt8], header: ProxyHeader)] = [
        (Array("PROXY TCP4 203.0.113.7 192.0.2.1 56324 443\r\n".utf8), proxied("203.0.113.7")),
        (Array("PROXY TCP6 2001:db8::1 2001:db8::2 65535 0\r\n".utf8), proxied("2001:db8::1")),
        (Array("PROXY UNKNOWN\r\n".utf8), .unknown),
        (Array("PROXY UNKNOWN ffff::1 ffff::2 65535 65535\r\n".utf8), .unknown),
        (header(0x21, 0x11, addresses4), proxied("203.0.113.7")),
        (header(0x21, 0x12, addresses4), proxied("203.0.113.7")),
        (header(0x21, 0x21, addresses6), proxied("2001:db8::1")),
        // Extensions behind the addresses.
        (header(0x21, 0x11, addresses4 + [0x04, 0, 3, 1, 2, 3]), proxied("203.0.113.7")),
        (header(0x21, 0x11, addresses4 + [UInt8](repeating: 4, count: 2048 - 16 - 12)), proxied("203.0.113.7")),
        // LOCAL, whatever is behind it; unspecified; a Unix socket.
        (header(0x20, 0x00, []), .local),
        (header(0x20, 0x11, addresses4), .local),
        (header(0x20, 0xFF, [1, 2, 3]), .local),
        (header(0x21, 0x00, [1, 2, 3]), .unknown),
        (header(0x21, 0x31, [UInt8](repeating: 0, count: 216)), .unknown),
    ]

    @Test("is read however it arrives, and what is behind it is left", arguments: accepted, Cuts.all)
    func reading(_ sample: (bytes: [UInt8], header: ProxyHeader), _ cuts: Cuts) throws {
        var received = ByteBuffer()
        var header: ProxyHeader?
        for piece in cuts.pieces(of: sample.bytes) {
            #expect(header == nil)
            received.writeImmutableBuffer(piece)
            header = try ProxyHeader(readingFrom: &received)
            if header == nil { #expect(received.readerIndex == 0) }
        }
        #expect(header == sample.header)
        #expect(received.readableBytes == 0)

        received = ByteBuffer(bytes: sample.bytes + Array("GET / HTTP/1.1\r\n".utf8))
        #expect(try ProxyHeader(readingFrom: &received) == sample.header)
        #expect(String(buffer: received) == "GET / HTTP/1.1\r\n")
    }

    static let refused: [(bytes: [UInt8], message: String)] =
        [
            (Array("GET / HTTP/1.1\r\n".utf8), "the connection does not begin with a PROXY header"),
            (Array("PROXY\n".utf8), "the connection does not begin with a PROXY header"),
            (Array("\r\n\r\n\r".utf8), "the connection does not begin with a PROXY header"),
            (Array("PROXY \r\n".utf8), "the PROXY line names neither TCP4, TCP6 nor UNKNOWN (§ 2.1)"),
            (
                Array("PROXY UDP4 1.1.1.1 2.2.2.2 1 2\r\n".utf8),
                "the PROXY line names neither TCP4, TCP6 nor UNKNOWN (§ 2.1)"
            ),
            (Array("PROXY UNKNOWN\n".utf8), "the PROXY line does not end with CRLF (§ 2.1)"),
        ]
        + [
            "TCP4", "TCP4 1.1.1.1 2.2.2.2 1", "TCP4 1.1.1.1 2.2.2.2 1 2 3", "TCP4  1.1.1.1 2.2.2.2 1 2",
            "TCP4 1.1.1.1 2.2.2.2 1 65536", "TCP4 1.1.1.1 2.2.2.2 +1 2", "TCP4 1.1.1.1 2.2.2.2  2",
            "TCP4 1.1.1.256 2.2.2.2 1 2", "TCP4 ::1 ::2 1 2", "TCP6 1.1.1.1 2.2.2.2 1 2",
            "TCP4 1.1.1.1\u{0} 2.2.2.2 1 2",
        ].map { (Array("PROXY \($0)\r\n".utf8), "the PROXY line's addresses or ports are not such (§ 2.1)") }
        + [
            (
                Array(("PROXY UNKNOWN " + String(repeating: "x", count: 93)).utf8),
                "the PROXY line is longer than 107 bytes (§ 2.1)"
            ),
            (header(0x11, 0x11, addresses4), "the PROXY header's version or command is unknown (§ 2.2)"),
            (header(0x22, 0x11, addresses4), "the PROXY header's version or command is unknown (§ 2.2)"),
            (header(0x21, 0x41, addresses4), "the PROXY header's address family is unknown (§ 2.2)"),
            (header(0x21, 0x11, [1, 2, 3, 4]), "the PROXY header is too short for its addresses (§ 2.2)"),
            (header(0x21, 0x21, addresses4), "the PROXY header is too short for its addresses (§ 2.2)"),
            (header(0x21, 0x11, [], length: 2033), "the PROXY header is longer than 2048 bytes"),
            (header(0x20, 0x00, [], length: 65535), "the PROXY header is longer than 2048 bytes"),
        ]

    @Test("is refused with the reason, however it arrives", arguments: refused, Cuts.all)
    func refusing(_ sample: (bytes: [UInt8], message: String), _ cuts: Cuts) {
        var received = ByteBuffer()
        var refusal: ProxyHeaderError?
        for piece in cuts.pieces(of: sample.bytes) where refusal == nil {
            received.writeImmutableBuffer(piece)
            do throws(ProxyHeaderError) {
                let header = try ProxyHeader(readingFrom: &received)
                #expect(header == nil)
            } catch {
                refusal = error
            }
        }
        #expect(refusal?.description == sample.message)
    }
}
