internal import NIOCore

/// What has arrived and was not understood yet.
///
/// A decoder takes bytes from the front and calls `compact()` when it needs more. What is left then is small, and
/// would otherwise keep the whole buffer of a socket read alive.
struct InboundBytes: Sendable {
    var buffer = ByteBuffer()

    var count: Int { buffer.readableBytes }

    mutating func append(_ bytes: ByteBuffer) {
        if buffer.readableBytes == 0 {
            buffer = bytes
        } else {
            buffer.writeImmutableBuffer(bytes)
        }
    }

    /// Copies the rest to a buffer of its own when it uses less than half of the memory that it pins. A byte is
    /// copied here at most once, since the new buffer is at most twice as large as the rest.
    mutating func compact() {
        if buffer.readableBytes == 0 {
            buffer = ByteBuffer()
        } else if buffer.storageCapacity > 2 * buffer.readableBytes + 64 {
            buffer = ByteBuffer(buffer: buffer)
        }
    }
}
