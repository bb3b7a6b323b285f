internal import SluiceTopics

/// The topics whose events have a limited age, by when their oldest event is to go: a binary heap in which each record
/// knows its own place, so that one that changes or leaves is found at once and nothing stale piles up.
struct ExpiryQueue {
    private var entries: [(expiry: Timestamp, record: TopicRecord)] = []

    var first: (expiry: Timestamp, record: TopicRecord)? { entries.first }
    var count: Int { entries.count }

    /// Brings the record's place up to date with its oldest event: puts it in, moves it, or takes it out.
    mutating func update(_ record: TopicRecord) {
        switch (record.expiryIndex, record.expiry) {
        case (nil, nil):
            break
        case (nil, let expiry?):
            entries.append((expiry, record))
            record.expiryIndex = entries.count - 1
            siftUp(from: entries.count - 1)
        case (let index?, let expiry?):
            guard entries[index].expiry != expiry else { return }
            entries[index].expiry = expiry
            siftUp(from: index)
            siftDown(from: index)
        case (let index?, nil):
            remove(at: index)
        }
    }

    private mutating func remove(at index: Int) {
        swap(index, entries.count - 1)
        entries.removeLast().record.expiryIndex = nil
        guard index < entries.count else { return }
        siftUp(from: index)
        siftDown(from: index)
    }

    private mutating func siftUp(from start: Int) {
        var index = start
        while index > 0 {
            let parent = (index - 1) / 2
            guard entries[index].expiry < entries[parent].expiry else { return }
            swap(index, parent)
            index = parent
        }
    }

    private mutating func siftDown(from start: Int) {
        var index = start
        while true {
            var smallest = index
            for child in (2 * index + 1)...(2 * index + 2)
            where child < entries.count && entries[child].expiry < entries[smallest].expiry {
                smallest = child
            }
            guard smallest != index else { return }
            swap(index, smallest)
            index = smallest
        }
    }

    private mutating func swap(_ left: Int, _ right: Int) {
        entries.swapAt(left, right)
        entries[left].record.expiryIndex = left
        entries[right].record.expiryIndex = right
    }
}
