package import NIOCore

/// What a proxy says about a connection before its first byte: the PROXY protocol, versions 1 and 2 (HAProxy's
/// proxy-protocol.txt).
package enum ProxyHeader: Hashable, Sendable {
    /// The connection is for the client at this address.
    case proxied(IPAddress)
    /// The connection is the proxy's own: a health check.
    case local
    /// The connection is for a client, and the proxy does not know or does not say which.
    case unknown

    /// What a header may take, extensions (TLVs) included.
    package static let maximumBytes = 2048

    private static let signature: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A]
    /// § 2.1: "the maximum line length including the CRLF is 107".
    private static let maximumLineBytes = 107

    /// Takes a header from the beginning of a buffer.
    ///
    /// - Returns: nil while it is not complete; nothing is taken then.
    /// - Throws: `ProxyHeaderError` as soon as the bytes cannot become a header.
    package init?(readingFrom buffer: inout ByteBuffer) throws(ProxyHeaderError) {
        let bytes = buffer.readableBytesView
        if bytes.starts(with: Self.signature.prefix(bytes.count)) {
            guard let header = try Self.version2(&buffer) else { return nil }
            self = header
        } else if bytes.starts(with: "PROXY ".utf8.prefix(bytes.count)) {
            guard let header = try Self.version1(&buffer) else { return nil }
            self = header
        } else {
            throw ProxyHeaderError("the connection does not begin with a PROXY header")
        }
    }

    /// § 2.1: `PROXY TCP4 source destination port port`, one space between them, and CRLF.
    private static func version1(_ buffer: inout ByteBuffer) throws(ProxyHeaderError) -> ProxyHeader? {
        let bytes = buffer.readableBytesView.prefix(maximumLineBytes)
        guard let end = bytes.firstIndex(of: 0x0A) else {
            if bytes.count < maximumLineBytes { return nil }
            throw ProxyHeaderError("the PROXY line is longer than \(maximumLineBytes) bytes (§ 2.1)")
        }
        let line = String(decoding: bytes[..<end], as: UTF8.self)
        buffer.moveReaderIndex(to: end + 1)
        guard line.utf8.last == 0x0D else { throw ProxyHeaderError("the PROXY line does not end with CRLF (§ 2.1)") }
        let fields = line.utf8.dropLast().split(separator: 0x20, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        switch fields[1] {
        case "UNKNOWN":
            return .unknown
        case "TCP4", "TCP6":
            let addresses = fields.dropFirst(2).prefix(2).compactMap { IPAddress($0) }
            let isFamily = fields.dropFirst(2).prefix(2).allSatisfy { $0.contains(":") == (fields[1] == "TCP6") }
            guard fields.count == 6, addresses.count == 2, isFamily, fields[4...].allSatisfy(isPort)
            else { throw ProxyHeaderError("the PROXY line's addresses or ports are not such (§ 2.1)") }
            return .proxied(addresses[0])
        default:
            throw ProxyHeaderError("the PROXY line names neither TCP4, TCP6 nor UNKNOWN (§ 2.1)")
        }
    }

    private static func isPort(_ text: String) -> Bool {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) } && UInt16(text) != nil
    }

    /// § 2.2: the signature, version and command, family, length, addresses, extensions.
    private static func version2(_ buffer: inout ByteBuffer) throws(ProxyHeaderError) -> ProxyHeader? {
        let start = buffer.readerIndex
        guard let versionAndCommand = buffer.getInteger(at: start + 12, as: UInt8.self) else { return nil }
        guard versionAndCommand >> 4 == 2, versionAndCommand & 0xF <= 1 else {
            throw ProxyHeaderError("the PROXY header's version or command is unknown (§ 2.2)")
        }
        guard let family = buffer.getInteger(at: start + 13, as: UInt8.self),
            let length = buffer.getInteger(at: start + 14, as: UInt16.self)
        else { return nil }
        guard 16 + Int(length) <= maximumBytes else {
            throw ProxyHeaderError("the PROXY header is longer than \(maximumBytes) bytes")
        }
        guard let header = buffer.readSlice(length: 16 + Int(length)) else { return nil }
        // LOCAL: whatever else it says is to be ignored.
        if versionAndCommand & 0xF == 0 { return .local }
        let addressBytes: Int
        switch family >> 4 {
        case 1: addressBytes = 4
        case 2: addressBytes = 16
        // Unspecified, or a Unix socket: there is no address.
        case 0, 3: return .unknown
        default: throw ProxyHeaderError("the PROXY header's address family is unknown (§ 2.2)")
        }
        guard Int(length) >= 2 * addressBytes + 4,
            let source = header.getBytes(at: header.readerIndex + 16, length: addressBytes)
        else { throw ProxyHeaderError("the PROXY header is too short for its addresses (§ 2.2)") }
        return .proxied(IPAddress(bytes: source))
    }
}

/// Why bytes are no PROXY header. § 2: the connection is then to be closed.
package struct ProxyHeaderError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}
