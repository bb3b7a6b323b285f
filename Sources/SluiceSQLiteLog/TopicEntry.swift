internal import SluiceLog
internal import SluiceTopics

/// What the writer knows of one topic; the same as its row.
final class TopicEntry {
    let id: Int64
    let topic: Topic
    let limits: TopicLimits
    var events: Int
    /// Of published data, as retention rules count it.
    var bytes: Int
    /// Of the oldest event; means nothing without events.
    var oldestTime: Timestamp
    /// Every event of the topic up to here is gone; without a loss of its own, what was forgotten when it was made.
    var evictedThrough: Position
    /// The log's count of losses after the topic's latest one.
    var lastLoss: UInt64
    var hasLoss: Bool
    var endedAt: Position?
    /// When the last of the events left; means nothing while there are events.
    var emptySince: Timestamp

    init(
        id: Int64, topic: Topic, limits: TopicLimits, events: Int, bytes: Int, oldestTime: Timestamp,
        evictedThrough: Position, lastLoss: UInt64, hasLoss: Bool, endedAt: Position?, emptySince: Timestamp
    ) {
        self.id = id
        self.topic = topic
        self.limits = limits
        self.events = events
        self.bytes = bytes
        self.oldestTime = oldestTime
        self.evictedThrough = evictedThrough
        self.lastLoss = lastLoss
        self.hasLoss = hasLoss
        self.endedAt = endedAt
        self.emptySince = emptySince
    }

    /// When the oldest event is to go for its age.
    var expiry: Timestamp? {
        guard let age = limits.maximumAge, events > 0 else { return nil }
        return Timestamp(milliseconds: oldestTime.milliseconds + age)
    }

    var isOverLimit: Bool { events > limits.maximumEvents || bytes > limits.maximumBytes }
}
