internal import GRDB
internal import SluiceLog
internal import SluiceTopics

extension LogState {
    /// Takes the oldest `count` events of a topic out of the log.
    mutating func evict(_ count: Int, of entry: TopicEntry, at now: Timestamp, _ db: Database) throws {
        guard count > 0 else { return }
        try evict(of: entry, at: now, db) { _, taken in taken < count }
    }

    /// Takes out what is more than the topic's limits of count and bytes allow.
    mutating func evictExcess(of entry: TopicEntry, at now: Timestamp, _ db: Database) throws {
        try evict(of: entry, at: now, db) { _, _ in entry.isOverLimit }
    }

    /// Takes out the topic's events from the oldest on.
    ///
    /// - Parameter mayGo: whether the next one goes too, by its time and the number of those before it.
    private mutating func evict(
        of entry: TopicEntry, at now: Timestamp, _ db: Database, while mayGo: (Timestamp, Int) -> Bool
    ) throws {
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: "SELECT position, time, bytes FROM events WHERE topic = ? ORDER BY position"),
            arguments: [entry.id])
        var taken = 0
        var oldest: Timestamp?
        while let row = try rows.next() {
            let time = Timestamp(milliseconds: row["time"])
            guard mayGo(time, taken) else {
                oldest = time
                break
            }
            let size: Int = row["bytes"]
            taken += 1
            entry.events -= 1
            entry.bytes -= size
            entry.evictedThrough = row.number("position")
            counters.events -= 1
            counters.bytes -= EventRow.cost(size)
        }
        guard taken > 0 else { return }
        counters.losses += UInt64(taken)
        entry.lastLoss = counters.losses
        entry.hasLoss = true
        if let oldest { entry.oldestTime = oldest } else { entry.emptySince = now }
        noteChange(of: entry)
        try db.cachedStatement(sql: "DELETE FROM events WHERE topic = ? AND position <= ?").execute(
            arguments: [entry.id, Int64(entry.evictedThrough)])
    }

    /// Evicts the oldest events of the whole log until it is within its limit.
    ///
    /// - Parameter new: the first event of the append that needs the room; it and what follows stay.
    mutating func makeRoom(sparing new: Position, at now: Timestamp, _ db: Database) throws {
        while counters.bytes > configuration.maximumBytes {
            let row = try Row.fetchOne(
                db.cachedStatement(
                    sql: """
                        SELECT events.position, topics.name FROM events JOIN topics ON topics.id = events.topic
                        ORDER BY events.position LIMIT 1
                        """))
            guard let row, row.number("position") < new, let entry = topics[Topic(unchecked: row["name"])] else {
                return
            }
            try evict(1, of: entry, at: now, db)
        }
    }

    /// How many topics are looked after, and how many events of each go, in one transaction.
    private static let maintenanceTopics = 256
    private static let maintenanceEvents = 256

    /// Does a part of what only time brings.
    ///
    /// - Returns: whether that was all.
    mutating func maintain(at now: Timestamp, _ db: Database) throws -> Bool {
        let expired = topics.values.lazy.filter { $0.expiry.map { $0 <= now } ?? false }
        var isDone = true
        for entry in expired.prefix(Self.maintenanceTopics) {
            let age = entry.limits.maximumAge ?? 0
            try evict(of: entry, at: now, db) { time, taken in
                time.milliseconds + age <= now.milliseconds && taken < Self.maintenanceEvents
            }
            isDone = false
        }
        let idleTime = configuration.topicIdleTime.wholeMilliseconds
        let idle = topics.values.lazy.filter {
            $0.events == 0 && $0.emptySince.milliseconds + idleTime <= now.milliseconds
        }
        for entry in idle.prefix(Self.maintenanceTopics) {
            try collect(entry, at: now, db)
            isDone = false
        }
        try expireKeys(at: now, db)
        return isDone
    }
}
