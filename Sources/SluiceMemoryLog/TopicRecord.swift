internal import DequeModule
internal import SluiceLog
internal import SluiceTopics

/// What the log knows of one topic. It belongs to the log's state and never leaves it.
final class TopicRecord {
    let topic: Topic
    let limits: TopicLimits

    /// The events that are left, in log order. Events leave only at the front.
    private(set) var events: Deque<Event> = []
    /// Bytes of published data in `events`, as retention rules count them.
    private(set) var dataBytes = 0
    /// Every event of the topic up to here is gone. For a topic without a loss of its own: the log's
    /// `collectedThrough` when the record was made, since events of an earlier record may have been lost up to there.
    private(set) var evictedThrough: Position
    /// The log's count of losses after the topic's latest one. As events leave at the front only, the latest loss is
    /// at once the one with the highest position and the one with the highest count; so these two numbers decide
    /// exactly whether anything was lost behind a place and after a count.
    private(set) var lastLoss: UInt64
    /// Whether `evictedThrough` is a loss of this record, which then stands in the log's indexes of losses.
    private(set) var hasLoss = false
    /// The position of the topic's last event, which may itself be gone.
    var endedAt: Position?
    /// When the last of the events left. Means nothing while there are events.
    var emptySince = Timestamp(milliseconds: 0)

    /// Where the record stands in the two orders of records that the log keeps.
    var links: InlineArray<2, RecordList.Links> = [RecordList.Links(), RecordList.Links()]
    /// Where the record stands in the queue of expiries, or nil.
    var expiryIndex: Int?
    /// The last read that asked whether it selects this topic, and the answer: a read asks only once.
    var selected = (read: UInt64(0), answer: false)

    /// The most events since the storage of `events` was last made anew.
    private var peak = 0

    init(topic: Topic, limits: TopicLimits, lostThrough: Position, lastLoss: UInt64) {
        self.topic = topic
        self.limits = limits
        evictedThrough = lostThrough
        self.lastLoss = lastLoss
    }

    var hasEvents: Bool { !events.isEmpty }

    /// When the oldest event is to go for its age.
    var expiry: Timestamp? {
        guard let age = limits.maximumAge, let oldest = events.first else { return nil }
        return Timestamp(milliseconds: oldest.time.milliseconds + age)
    }

    /// How many of the oldest events are more than the limits of count and bytes allow.
    var excess: Int {
        var count = max(0, events.count - limits.maximumEvents)
        guard dataBytes > limits.maximumBytes else { return count }
        var bytes = dataBytes - events.prefix(count).reduce(0) { $0 + $1.dataBytes }
        while bytes > limits.maximumBytes {
            bytes -= events[count].dataBytes
            count += 1
        }
        return count
    }

    func append(_ event: Event) {
        events.append(event)
        dataBytes += event.dataBytes
        peak = max(peak, events.count)
    }

    /// Takes out the oldest event, as the log's loss number `loss`.
    func evictOldest(loss: UInt64) -> Event {
        let event = events.removeFirst()
        dataBytes -= event.dataBytes
        evictedThrough = event.position
        lastLoss = loss
        hasLoss = true
        releaseStorage()
        return event
    }

    /// A deque keeps its storage when it shrinks: a topic that was busy once would hold it for ever.
    private func releaseStorage() {
        if events.isEmpty {
            events = []
            peak = 0
        } else if peak > 32, events.count < peak / 4 {
            var smaller = Deque<Event>(minimumCapacity: events.count)
            smaller.append(contentsOf: events)
            events = smaller
            peak = events.count
        }
    }

    /// The index of the first event behind `position`; `events.count` when there is none.
    func index(after position: Position) -> Int {
        var low = 0
        var high = events.count
        while low < high {
            let middle = low + (high - low) / 2
            if events[middle].position > position { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
