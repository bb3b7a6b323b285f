internal import NIOCore
package import SluiceLog
internal import SluiceTopics

/// What things cost in bytes of the process's memory: estimates, rounded up, of what the allocator really takes on a
/// 64-bit machine, so that the log's limit is one on memory and not only on payloads.
enum MemoryCost {
    /// The event object (144), the payload's storage object (80) and the block it points to (16 for the allocator),
    /// and the places in the topic's and the log's order, which are up to half empty (48).
    static let event = 288
    /// The topic's record with its events' storage (288), its entry in the table (80) and in the indexes (64).
    static let topic = 432
    /// An idempotency key's entry in the table and its place in the queue.
    static let key = 208

    /// A string of up to 15 bytes lies in its variable; a longer one is an object of its own.
    static func string(_ text: String) -> Int {
        let count = text.utf8.count
        return count <= 15 ? 0 : count + 48
    }

    static func event(type: String?, payload: Payload) -> Int {
        event + payload.data.storageCapacity + (type.map(string) ?? 0) + (payload.contentType.map(string) ?? 0)
    }

    static func event(_ stored: Event) -> Int { event(type: stored.type, payload: stored.payload) }

    static func topic(_ topic: Topic) -> Int { self.topic + string(topic.name) }
}

extension AppendRequest {
    /// The same request, that holds on to no more memory than it needs.
    package var compacted: AppendRequest {
        var request = self
        for index in request.publications.indices {
            request.publications[index].payload = request.publications[index].payload.compacted
        }
        return request
    }
}

extension Payload {
    /// The same payload in storage of its own when it would otherwise hold on to much more memory than it needs: a
    /// message of 100 bytes is often a slice of a receive buffer of 64 KiB.
    var compacted: Payload {
        let needed = data.readableBytes
        // Storage comes in powers of two, so twice as much is the least that a copy could save.
        guard data.storageCapacity >= 2 * max(needed, 1) else { return self }
        var copy = ByteBuffer()
        if needed > 0 {
            copy = ByteBufferAllocator().buffer(capacity: needed)
            copy.writeImmutableBuffer(data)
            guard copy.storageCapacity < data.storageCapacity else { return self }
        }
        return Payload(data: copy, encoding: encoding, contentType: contentType)
    }
}
