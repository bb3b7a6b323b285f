internal import SluiceLog
internal import SluiceTopics

/// What the writer knows of one topic; the same as its row, once a transaction has ended.
final class TopicEntry {
    let id: Int64
    let topic: Topic
    let limits: TopicLimits
    var state: TopicState
    /// Before the transaction that is under way changed it.
    var saved: TopicState?
    /// Whether the log no longer knows the topic.
    var isCollected = false
    /// Whether the log's list of topics beyond their limits has it.
    var isExcessive = false
    /// In which orders of topics the entry stands, and with which turn.
    var turns: InlineArray<3, Int64?> = [nil, nil, nil]

    init(id: Int64, topic: Topic, limits: TopicLimits, state: TopicState) {
        self.id = id
        self.topic = topic
        self.limits = limits
        self.state = state
    }

    var isOverLimit: Bool { state.events > limits.maximumEvents || state.bytes > limits.maximumBytes }

    /// When the oldest event is to go for its age, in milliseconds.
    var expiry: Int64? {
        guard let age = limits.maximumAge, state.events > 0 else { return nil }
        return state.oldestTime.milliseconds + age
    }
}

struct TopicState: Equatable {
    var events = 0
    /// Of published data, as retention rules count it.
    var bytes = 0
    /// The position of the newest event there was.
    var newest: Position = 0
    /// Of the oldest event; means nothing without events.
    var oldestTime: Timestamp
    /// Every event of the topic up to here is gone; without a loss of its own, what was forgotten when it was made.
    var evictedThrough: Position
    /// The log's count of losses after the topic's latest one.
    var lastLoss: UInt64
    var hasLoss = false
    var endedAt: Position?
    /// When the last of the events left; means nothing while there are events.
    var emptySince: Timestamp
}
