internal import CZlib
package import NIOCore

/// A piece of a gzip stream's DEFLATE data that refers to nothing outside of it, with what the stream's trailer needs
/// to know of its content. Made once, it can become part of any number of streams.
///
/// Each ends with a sync flush, an empty stored block: there are readers that hold back what they have until one comes
/// (Go's, hence Caddy's).
package struct GzipBlock: Sendable {
    /// What is sent.
    package let bytes: ByteBuffer
    let contentBytes: Int
    let checksum: UInt
    /// How a checksum in front of this content is carried over it (zlib's `crc32_combine_gen`).
    let combination: UInt

    /// Compresses the content.
    package init(_ content: ByteBuffer, with deflater: Deflater) {
        var bytes = ByteBuffer()
        deflater.deflate(content, into: &bytes)
        self.init(bytes, of: content)
    }

    /// Leaves the content as it is, in blocks of stored bytes (RFC 1951 § 3.2.4).
    package init(storing content: ByteBuffer) {
        var rest = content
        var bytes = ByteBuffer()
        bytes.reserveCapacity(content.readableBytes + 5 * (content.readableBytes / 0xFFFF + 2))
        while let part = rest.readSlice(length: min(rest.readableBytes, 0xFFFF)), part.readableBytes > 0 {
            let count = UInt16(part.readableBytes)
            bytes.writeInteger(UInt8(0))
            bytes.writeInteger(count, endianness: .little)
            bytes.writeInteger(~count, endianness: .little)
            bytes.writeImmutableBuffer(part)
        }
        bytes.writeInteger(UInt8(0))
        bytes.writeBytes(Deflater.tail)
        self.init(bytes, of: content)
    }

    private init(_ bytes: ByteBuffer, of content: ByteBuffer) {
        self.bytes = bytes
        contentBytes = content.readableBytes
        checksum = content.withUnsafeReadableBytes { content in
            crc32_z(0, content.bindMemory(to: UInt8.self).baseAddress, content.count)
        }
        combination = crc32_combine_gen(contentBytes)
    }
}
