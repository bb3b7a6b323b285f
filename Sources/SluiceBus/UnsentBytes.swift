internal import NIOCore

/// What a subscriber was given since its last flush, in its order.
struct UnsentBytes {
    // Mostly there is one, for which no array is made.
    private var first: ByteBuffer?
    private var others: ContiguousArray<ByteBuffer> = []

    @inline(__always)
    mutating func append(_ buffer: ByteBuffer) {
        if first == nil { first = buffer } else { others.append(buffer) }
    }

    mutating func take() -> Batch? {
        guard let first else { return nil }
        defer {
            self.first = nil
            others = []
        }
        return Batch(first: first, others: others)
    }

    struct Batch {
        /// What one record of TLS holds (RFC 8446 § 5.1).
        private static let joinedBytes = 16 << 10

        let first: ByteBuffer
        let others: ContiguousArray<ByteBuffer>

        /// All of it in one buffer.
        ///
        /// - Parameter scratch: where several are put together, and whose storage is then that of the result.
        func joined(in scratch: inout ByteBuffer) -> ByteBuffer {
            if others.isEmpty { return first }
            scratch.clear()
            scratch.writeImmutableBuffer(first)
            for buffer in others { scratch.writeImmutableBuffer(buffer) }
            return scratch
        }

        /// As a channel should write it. Each write may become a record of TLS or a frame of HTTP/2, which costs as much
        /// as some KB in it; so what is small is put together.
        var writes: ContiguousArray<ByteBuffer> {
            guard !others.isEmpty else { return [first] }
            let all = [first] + others
            var writes: ContiguousArray<ByteBuffer> = []
            var start = 0
            while start < all.count {
                var end = start + 1
                var bytes = all[start].readableBytes
                while end < all.count, bytes + all[end].readableBytes <= Self.joinedBytes {
                    bytes += all[end].readableBytes
                    end += 1
                }
                writes.append(Self.join(all[start..<end], bytes: bytes))
                start = end
            }
            return writes
        }

        private static func join(_ buffers: ArraySlice<ByteBuffer>, bytes: Int) -> ByteBuffer {
            if buffers.count == 1, let only = buffers.first { return only }
            var joined = ByteBufferAllocator().buffer(capacity: bytes)
            for buffer in buffers { joined.writeImmutableBuffer(buffer) }
            return joined
        }
    }
}
