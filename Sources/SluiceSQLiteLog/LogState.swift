internal import GRDB
internal import SluiceLog
internal import SluiceTopics

/// What the writer knows of the log without asking the file: its counters and its topics. Events are in the file only.
/// What a transaction changes here is saved with `save`, in the same transaction.
struct LogState {
    let configuration: SQLiteLog.Configuration
    private let rules: [(pattern: Pattern, limits: TopicLimits)]
    private let standard = TopicLimits(.standard)

    var topics: [Topic: TopicEntry] = [:]
    /// Those whose rows are out of date.
    private var changed: [Int64: TopicEntry] = [:]
    private var nextID: Int64 = 1

    var counters: LogCounters
    /// As the file has them.
    private var savedCounters: LogCounters
    /// The oldest place from which gaps are decided exactly.
    private(set) var floor: Position = 0

    init(_ configuration: SQLiteLog.Configuration, _ db: Database) throws {
        self.configuration = configuration
        rules = configuration.rules.map { ($0.pattern, TopicLimits($0)) }
        counters = try LogCounters(db)
        savedCounters = counters
        let rows = try Row.fetchCursor(db, sql: "SELECT * FROM topics")
        while let row = try rows.next() {
            let topic = Topic(unchecked: row["name"])
            let entry = TopicEntry(
                id: row["id"], topic: topic, limits: limits(for: topic), events: row["events"], bytes: row["bytes"],
                oldestTime: Timestamp(milliseconds: row["oldest_time"]), evictedThrough: row.number("evicted_through"),
                lastLoss: row.number("last_loss"), hasLoss: row["has_loss"],
                endedAt: (row["ended_at"] as Int64?).map { Position($0) },
                emptySince: Timestamp(milliseconds: row["empty_since"]))
            topics[topic] = entry
            nextID = max(nextID, entry.id + 1)
        }
        try updateFloor(db)
    }

    func limits(for topic: Topic) -> TopicLimits {
        rules.first { $0.pattern.matches(topic) }?.limits ?? standard
    }

    var statistics: LogStatistics {
        LogStatistics(
            topics: topics.count, events: counters.events, bytes: counters.bytes, evictedEvents: counters.losses)
    }

    // MARK: Topics

    /// The topic's entry, made if there is none.
    mutating func entry(of topic: Topic, at now: Timestamp, _ db: Database) throws -> TopicEntry {
        if let entry = topics[topic] { return entry }
        if topics.count >= max(1, configuration.maximumTopics), let victim = leastUsed {
            try collect(victim, at: now, db)
        }
        let entry = TopicEntry(
            id: nextID, topic: topic, limits: limits(for: topic), events: 0, bytes: 0, oldestTime: now,
            evictedThrough: counters.collectedThrough, lastLoss: counters.collectedLoss, hasLoss: false, endedAt: nil,
            emptySince: now)
        nextID += 1
        topics[topic] = entry
        // The rows of its events refer to it from now on.
        try save(entry, db)
        return entry
    }

    /// Of a few, so that a new topic never costs a look at all of them.
    private var leastUsed: TopicEntry? {
        topics.values.prefix(64).min { left, right in
            if (left.events == 0) != (right.events == 0) { return left.events == 0 }
            return left.events == 0 ? left.emptySince < right.emptySince : left.oldestTime < right.oldestTime
        }
    }

    mutating func noteChange(of entry: TopicEntry) {
        changed[entry.id] = entry
    }

    /// Forgets a topic, and loses its events if it still has any. What it lost folds into the one statement about all
    /// topics that the log does not know.
    mutating func collect(_ entry: TopicEntry, at now: Timestamp, _ db: Database) throws {
        try evict(entry.events, of: entry, at: now, db)
        counters.collectedThrough = max(counters.collectedThrough, entry.evictedThrough)
        counters.collectedLoss = max(counters.collectedLoss, entry.lastLoss)
        topics[entry.topic] = nil
        changed[entry.id] = nil
        try db.cachedStatement(sql: "DELETE FROM topics WHERE id = ?").execute(arguments: [entry.id])
    }

    // MARK: Saving

    /// Brings the file up to date with the counters and topics.
    mutating func save(_ db: Database) throws {
        var hasLosses = false
        for entry in changed.values {
            hasLosses = hasLosses || entry.hasLoss
            try save(entry, db)
        }
        changed = [:]
        if counters != savedCounters {
            // A transaction that changed nothing is to write nothing.
            try counters.save(db)
            savedCounters = counters
        }
        if hasLosses || floor < counters.collectedThrough { try updateFloor(db) }
    }

    private func save(_ entry: TopicEntry, _ db: Database) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO topics VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET
                    events = excluded.events, bytes = excluded.bytes, oldest_time = excluded.oldest_time,
                    evicted_through = excluded.evicted_through, last_loss = excluded.last_loss,
                    has_loss = excluded.has_loss, ended_at = excluded.ended_at, empty_since = excluded.empty_since
                """
        ).execute(
            arguments: [
                entry.id, entry.topic.name, entry.events, entry.bytes, entry.oldestTime.milliseconds,
                Int64(entry.evictedThrough), Int64(entry.lastLoss), entry.hasLoss, entry.endedAt.map { Int64($0) },
                entry.emptySince.milliseconds,
            ])
    }

    private mutating func updateFloor(_ db: Database) throws {
        let beyond = try Int64.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT evicted_through FROM topics WHERE has_loss ORDER BY evicted_through DESC LIMIT 1 OFFSET ?
                    """),
            arguments: [max(1, configuration.maximumGapScan)])
        floor = max(counters.collectedThrough, Position(beyond ?? 0))
    }
}
