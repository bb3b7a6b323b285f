package import NIOCore

/// The 32 bits that a client's payload is masked with (RFC 6455 § 5.3).
package struct WebSocketMaskingKey: Hashable, Sendable {
    /// The key's bytes in the order of the wire, the first one lowest.
    private let bits: UInt32

    package init(_ first: UInt8, _ second: UInt8, _ third: UInt8, _ fourth: UInt8) {
        bits = UInt32(first) | UInt32(second) << 8 | UInt32(third) << 16 | UInt32(fourth) << 24
    }

    private init(bits: UInt32) {
        self.bits = bits
    }

    /// - Parameter bigEndian: the key as an integer in network byte order.
    init(bigEndian: UInt32) {
        bits = bigEndian.byteSwapped
    }

    /// The key as an integer in network byte order.
    var bigEndian: UInt32 { bits.byteSwapped }

    /// - Parameter generator: must not be predictable outside of tests (RFC 6455 § 10.3).
    package static func random(using generator: inout some RandomNumberGenerator) -> WebSocketMaskingKey {
        WebSocketMaskingKey(bits: UInt32.random(in: .min ... .max, using: &generator))
    }

    /// The key for the bytes that follow the first `count` bytes of a payload.
    func advanced(by count: Int) -> WebSocketMaskingKey {
        let shift = UInt32(count & 3) * 8
        return WebSocketMaskingKey(bits: bits >> shift | bits << ((32 - shift) & 31))
    }

    /// Masks or unmasks the readable bytes where they are.
    package func apply(to buffer: inout ByteBuffer) {
        buffer.withUnsafeMutableReadableBytes { apply(to: $0, from: UnsafeRawBufferPointer($0)) }
    }

    /// Masks or unmasks all of `source` into the beginning of `destination`, which is at least as long. The two may
    /// be the same memory.
    func apply(to destination: UnsafeMutableRawBufferPointer, from source: UnsafeRawBufferPointer) {
        precondition(destination.count >= source.count, "the destination is at least as long as the source")
        let word = (UInt64(bits) << 32 | UInt64(bits)).littleEndian
        var index = 0
        while index + 8 <= source.count {
            let masked = source.loadUnaligned(fromByteOffset: index, as: UInt64.self) ^ word
            destination.storeBytes(of: masked, toByteOffset: index, as: UInt64.self)
            index += 8
        }
        // At most seven bytes are left; they begin with the key's first byte again, since 8 is a multiple of 4.
        while index < source.count {
            destination[index] = source[index] ^ UInt8(truncatingIfNeeded: bits >> (UInt32(index & 3) * 8))
            index += 1
        }
    }
}
