internal import Crypto
internal import NIOCore

/// The proof that a server read the client's handshake (RFC 6455 § 4).
package enum WebSocketHandshake {
    /// The value that `Sec-WebSocket-Version` must have.
    package static let version = "13"

    private static let guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

    /// Whether a `Sec-WebSocket-Key` is the Base64 of 16 bytes (RFC 6455 § 4.2.1, item 5).
    package static func isValidKey(_ key: some StringProtocol) -> Bool {
        key.utf8.count == 24 && Base64.decode(key)?.readableBytes == 16
    }

    /// The `Sec-WebSocket-Accept` for a key (RFC 6455 § 4.2.2, item 5.4).
    package static func accept(forKey key: some StringProtocol) -> String {
        var hash = Insecure.SHA1()
        Array((String(key) + guid).utf8).withUnsafeBytes { hash.update(bufferPointer: $0) }
        return Base64.encode(hash.finalize())
    }

    /// A new `Sec-WebSocket-Key` for a client (RFC 6455 § 4.1, item 7).
    package static func key(using generator: inout some RandomNumberGenerator) -> String {
        Base64.encode((0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
    }
}
