internal import Glibc
internal import NIOCore

enum FileDescriptor {
    /// What the system said no with.
    struct Failure: Error, CustomStringConvertible {
        let number: CInt

        var description: String { String(cString: strerror(number)) }
    }

    /// Writes all of the text, in one piece if the system takes it.
    static func write(_ text: String, to descriptor: CInt) throws(Failure) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest.removeFirst(count)
            } else {
                try wait(descriptor, for: POLLOUT, after: errno)
            }
        }
    }

    /// - Returns: nil at the end.
    static func read(_ descriptor: CInt, atMost maximumBytes: Int) throws(Failure) -> ByteBuffer? {
        var chunk = ByteBufferAllocator().buffer(capacity: maximumBytes)
        while true {
            let count = chunk.withUnsafeMutableWritableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                chunk.moveWriterIndex(forwardBy: count)
                return chunk
            }
            if count == 0 { return nil }
            try wait(descriptor, for: POLLIN, after: errno)
        }
    }

    /// A descriptor that was inherited may be set not to block.
    private static func wait(_ descriptor: CInt, for event: CInt, after number: CInt) throws(Failure) {
        switch number {
        case EINTR:
            break
        case EAGAIN:
            var descriptors = pollfd(fd: descriptor, events: Int16(event), revents: 0)
            poll(&descriptors, 1, -1)
        default:
            throw Failure(number: number)
        }
    }
}
