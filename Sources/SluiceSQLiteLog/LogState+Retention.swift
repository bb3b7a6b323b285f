internal import GRDB
internal import SluiceLog
internal import SluiceTopics

extension LogState {
    /// Takes out what is more than the topic's limits of count and bytes allow.
    ///
    /// - Parameter limit: the most to do, in units of `EventRow.work`.
    /// - Returns: how much was done.
    @discardableResult
    mutating func evictExcess(of entry: TopicEntry, limit: Int, at now: Timestamp, _ db: Database) throws -> Int {
        try evict(of: entry, at: now, db) { _, work in work < limit && entry.isOverLimit }
    }

    /// Takes out the topic's events from the oldest on.
    ///
    /// - Parameter mayGo: whether the next one goes too, by its time and what was done for those before it.
    /// - Returns: how much was done.
    private mutating func evict(
        of entry: TopicEntry, at now: Timestamp, _ db: Database, while mayGo: (Timestamp, Int) -> Bool
    ) throws -> Int {
        let rows = try Row.fetchCursor(
            db.cachedStatement(sql: "SELECT position, time, bytes FROM events WHERE topic = ? ORDER BY position"),
            arguments: [entry.id])
        var work = 0
        var isAll = true
        while let row = try rows.next() {
            let time = try row.time(1)
            guard mayGo(time, work) else {
                if work > 0 { entry.state.oldestTime = time }
                isAll = false
                break
            }
            if work == 0 { willChange(entry) }
            let bytes = try row.count(2)
            work += EventRow.work(bytes)
            noteLoss(of: entry, position: try row.number(0), bytes: bytes, at: now)
        }
        guard !isAll || entry.state.events == 0 else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a topic counts events that are not there")
        }
        guard work > 0 else { return 0 }
        place(entry)
        try db.cachedStatement(sql: "DELETE FROM events WHERE topic = ? AND position <= ?").execute(
            arguments: [entry.id, Int64(entry.state.evictedThrough)])
        return work
    }

    private mutating func noteLoss(of entry: TopicEntry, position: Position, bytes: Int, at now: Timestamp) {
        counters.losses += 1
        counters.events -= 1
        counters.bytes -= EventRow.cost(bytes)
        entry.state.events -= 1
        entry.state.bytes -= bytes
        entry.state.evictedThrough = position
        entry.state.lastLoss = counters.losses
        entry.state.hasLoss = true
        if entry.state.events == 0 { entry.state.emptySince = now }
    }

    /// Evicts the oldest events of the whole log until it is within its limit.
    ///
    /// - Parameters:
    ///   - new: the first event of the append that needs the room; it and what follows stay.
    ///   - limit: the most to do, in units of `EventRow.work`.
    /// - Returns: how much was done.
    @discardableResult
    mutating func makeRoom(sparing new: Position, limit: Int, at now: Timestamp, _ db: Database) throws -> Int {
        guard counters.bytes > configuration.maximumBytes else { return 0 }
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: "SELECT position, topic, bytes FROM events WHERE position < ? ORDER BY position LIMIT ?"),
            arguments: [Int64(clamping: new), limit])
        var last: Position?
        var work = 0
        var touched: [Int64: TopicEntry] = [:]
        while work < limit, counters.bytes > configuration.maximumBytes, let row = try rows.next() {
            let id = try row.decode(Int64.self, atIndex: 1)
            guard let entry = entry(id) else {
                throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "an event without a topic")
            }
            touched[id] = entry
            willChange(entry)
            let position = try row.number(0)
            let bytes = try row.count(2)
            work += EventRow.work(bytes)
            noteLoss(of: entry, position: position, bytes: bytes, at: now)
            last = position
        }
        guard let last else { return 0 }
        try db.cachedStatement(sql: "DELETE FROM events WHERE position <= ?").execute(arguments: [Int64(last)])
        for entry in touched.values where entry.state.events > 0 {
            let oldest = try Int64.fetchOne(
                db.cachedStatement(sql: "SELECT time FROM events WHERE topic = ? ORDER BY position LIMIT 1"),
                arguments: [entry.id])
            if let oldest { entry.state.oldestTime = Timestamp(milliseconds: oldest) }
        }
        for entry in touched.values { place(entry) }
        return work
    }

    /// Forgets a topic, and loses its events if it still has any; if that is more to do than `limit`, only a part of them.
    ///
    /// - Returns: how much was done.
    @discardableResult
    mutating func collect(_ entry: TopicEntry, limit: Int = .max, at now: Timestamp, _ db: Database) throws -> Int {
        let work = try evict(of: entry, at: now, db) { _, work in work < limit }
        if entry.state.events == 0 { forget(entry) }
        return 1 + work
    }

    /// How much is done in one transaction, in units of `EventRow.work`, and how many pages of the file are given back.
    private static let maintenanceStep = 1024
    private static let shrinkingStep = 256

    private var idleTime: Int64 { configuration.topicIdleTime.wholeMilliseconds }

    /// Does a part of what only time brings.
    ///
    /// - Returns: whether that was all.
    mutating func maintain(at now: Timestamp, _ db: Database) throws -> Bool {
        var left = Self.maintenanceStep
        while left > 0, let entry = excessive.last {
            left -= 1
            if entry.isOverLimit, !entry.isCollected { left -= try evictExcess(of: entry, limit: left, at: now, db) }
            guard !entry.isOverLimit || entry.isCollected else { continue }
            entry.isExcessive = false
            excessive.removeLast()
        }
        left -= try makeRoom(sparing: .max, limit: left, at: now, db)
        while left > 0, let entry = expiring.first(), let expiry = entry.expiry, expiry <= now.milliseconds {
            let age = entry.limits.maximumAge ?? 0
            left -=
                1
                + (try evict(of: entry, at: now, db) { time, work in
                    time.milliseconds + age <= now.milliseconds && work < left
                })
        }
        while left > 0, let entry = idle.first(), entry.state.emptySince.milliseconds + idleTime <= now.milliseconds {
            left -= 1
            forget(entry)
        }
        while left > 0, isBeyondTopics, let victim = idle.first() ?? active.first() {
            left -= try collect(victim, limit: left, at: now, db)
        }
        let isDoneWithKeys = try expireKeys(at: now, limit: Self.maintenanceStep, db)
        guard left > 0, isDoneWithKeys else { return false }
        return try shrink(db)
    }

    /// Gives free pages back to the file system when a quarter of the file is free, until an eighth is: what is left is
    /// used again.
    ///
    /// - Returns: whether that was all.
    private mutating func shrink(_ db: Database) throws -> Bool {
        let free = try Int.fetchOne(db, sql: "PRAGMA freelist_count") ?? 0
        let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
        isShrinking = free > Self.shrinkingStep && free > pages / (isShrinking ? 8 : 4)
        guard isShrinking else { return true }
        try db.execute(sql: "PRAGMA incremental_vacuum(\(Self.shrinkingStep))")
        // A file of an older gateway does not give pages back before it is compacted.
        if try Int.fetchOne(db, sql: "PRAGMA freelist_count") == free { isShrinking = false }
        return !isShrinking
    }
}
