package import NIOCore

/// How a stream of bytes is cut into reads.
package enum Cuts: Hashable, Sendable {
    case none
    case everyByte
    /// Pieces of 0 to `upTo` bytes.
    case random(seed: UInt64, upTo: Int)

    /// The same bytes must mean the same, whichever of these they arrive in.
    package static let all: [Cuts] =
        [.none, .everyByte] + (1...6).map { .random(seed: $0, upTo: $0 < 4 ? 5 : 50) }

    package func pieces(of bytes: [UInt8]) -> [ByteBuffer] {
        switch self {
        case .none:
            return [ByteBuffer(bytes: bytes)]
        case .everyByte:
            return bytes.map { ByteBuffer(bytes: [$0]) }
        case .random(let seed, let limit):
            var generator = SplitMix64(seed: seed)
            // Slices of one buffer, as a socket's reads may be.
            var rest = ByteBuffer(bytes: bytes)
            var pieces: [ByteBuffer] = []
            while rest.readableBytes > 0 {
                let count = min(Int.random(in: 0...limit, using: &generator), rest.readableBytes)
                pieces.append(rest.readSlice(length: count) ?? ByteBuffer())
            }
            return pieces
        }
    }
}
