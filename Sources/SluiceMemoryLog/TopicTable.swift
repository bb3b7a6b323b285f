internal import SluiceTopics

/// The topics that the log knows, by name.
///
/// Many small tables instead of a large one, because a table that grows moves all of its entries at once: with a
/// million topics that would hold the log's lock for most of a second.
struct TopicTable {
    private static let shardBits = 8

    private var shards: [[Topic: TopicRecord]] = Array(repeating: [:], count: 1 << shardBits)
    private(set) var count = 0

    subscript(topic: Topic) -> TopicRecord? { shards[Self.shard(of: topic)][topic] }

    /// - Precondition: there is no record of this topic yet.
    mutating func insert(_ record: TopicRecord) {
        let previous = shards[Self.shard(of: record.topic)].updateValue(record, forKey: record.topic)
        precondition(previous == nil, "a topic has one record")
        count += 1
    }

    mutating func remove(_ record: TopicRecord) {
        let removed = shards[Self.shard(of: record.topic)].removeValue(forKey: record.topic)
        precondition(removed === record, "a record is removed only once")
        count -= 1
    }

    /// Every record, in no order.
    var all: some Sequence<TopicRecord> { shards.lazy.flatMap(\.values) }

    private static func shard(of topic: Topic) -> Int {
        // The tables themselves go by the low bits of the hash (with another seed).
        Int(truncatingIfNeeded: UInt(bitPattern: topic.hashValue) >> (UInt.bitWidth - shardBits))
    }
}
