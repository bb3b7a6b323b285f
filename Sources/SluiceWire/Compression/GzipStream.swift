internal import CZlib
package import NIOCore

/// The gzip stream (RFC 1952) of one response, put together from blocks that others share: a header, the blocks, and
/// a trailer with the checksum and the length of all their content.
package struct GzipStream: Sendable {
    private var checksum: UInt = 0
    private var contentBytes: UInt32 = 0

    package init() {}

    /// What the stream begins with: no name, no time, an unknown system (RFC 1952 § 2.3).
    package static let header = ByteBuffer(bytes: [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255])

    /// Notes that the block's bytes come next.
    package mutating func append(_ block: GzipBlock) {
        checksum = crc32_combine_op(checksum, block.checksum, block.combination)
        contentBytes &+= UInt32(truncatingIfNeeded: block.contentBytes)
    }

    /// What the stream ends with: a final block without content, the checksum, and the length modulo 2^32.
    package var trailer: ByteBuffer {
        var trailer = ByteBuffer(bytes: [0x03, 0x00])
        trailer.writeInteger(UInt32(truncatingIfNeeded: checksum), endianness: .little)
        trailer.writeInteger(contentBytes, endianness: .little)
        return trailer
    }
}
