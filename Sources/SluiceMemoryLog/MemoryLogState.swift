package import SluiceLog
package import SluiceTopics

/// Everything that the in-memory log knows: a plain value without lock, clock or callbacks.
///
/// | index | of what | ordered by | serves |
/// |---|---|---|---|
/// | `records` | topics | name | everything by name |
/// | `live` | events | position | reads with wildcards, the eviction of the oldest event of all |
/// | `lossesByPosition` | topics that lost an event | `evictedThrough` | gaps behind a client's cursor |
/// | `lossesByAge` | topics that lost an event | `lastLoss` | gaps since a reader was last served |
/// | `expiries` | topics with events of limited age | expiry of the oldest | eviction by age |
/// | `active`, `idle` | topics with and without events | last publish; when the last event left | whom to forget |
package struct MemoryLogState {
    let configuration: MemoryLog.Configuration
    private let rules: [(matcher: Pattern, limits: TopicLimits)]
    private let standard = TopicLimits(.standard)

    var records = TopicTable()
    var live = PositionIndex()
    var lossesByPosition = PositionIndex()
    var lossesByAge = RecordList.losses
    var expiries = ExpiryQueue()
    var active = RecordList.activity
    var idle = RecordList.activity
    var keys: IdempotencyKeys

    /// The position of the newest event; 0 before the first. Whoever keeps the order of a larger log moves it on.
    package var head: Position = 0
    /// How many events were evicted so far. It numbers the losses.
    package internal(set) var losses: UInt64 = 0
    /// How many of these are none of events that were here.
    private var unknownLosses: UInt64 = 0
    /// The highest position and number among the losses of the topics that the log no longer knows.
    var collectedThrough: Position = 0
    var collectedLoss: UInt64 = 0

    var eventBytes = 0
    var topicBytes = 0
    var idleBytes = 0

    /// Numbers the reads, for `TopicRecord.selected`.
    var reads: UInt64 = 0

    package init(configuration: MemoryLog.Configuration) {
        var configuration = configuration
        configuration.maximumBytes = max(64 * 1024, configuration.maximumBytes)
        configuration.maximumTopics = max(1, configuration.maximumTopics)
        configuration.maximumScan = max(1, configuration.maximumScan)
        configuration.maximumGapScan = max(1, configuration.maximumGapScan)
        self.configuration = configuration
        rules = configuration.rules.map { ($0.pattern, TopicLimits($0)) }
        keys = IdempotencyKeys(
            window: configuration.idempotencyWindow, maximumCount: configuration.maximumIdempotencyKeys,
            maximumBytes: configuration.maximumBytes / 8)
    }

    package var bytes: Int { eventBytes + topicBytes + keys.bytes }

    /// The most that one append may need: with the idempotency keys, which take no more than 1/8, it always fits once
    /// everything else is evicted.
    var largestAppend: Int { configuration.maximumBytes - configuration.maximumBytes / 8 }

    /// Says that any topic may have lost anything up to a place: what came before this log.
    package mutating func begin(at place: Position) {
        guard place > 0 else { return }
        head = max(head, place)
        collectedThrough = max(collectedThrough, place)
        // A loss of its own, which no reader knows of, and no event.
        losses += 1
        unknownLosses += 1
        collectedLoss = losses
    }

    func limits(for topic: Topic) -> TopicLimits {
        rules.first { $0.matcher.matches(topic) }?.limits ?? standard
    }

    package var statistics: LogStatistics {
        LogStatistics(topics: records.count, events: live.count, bytes: bytes, evictedEvents: losses - unknownLosses)
    }
}
