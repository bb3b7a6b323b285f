internal import GRDB
package import SluiceTopics

/// A log's file, as operators look at it: while a gateway writes it too, unless a method says otherwise.
package struct SQLiteLogFile: Sendable {
    package let path: String

    package init(_ path: String) {
        self.path = LogFile.resolved(path)
    }

    /// What the file holds.
    package struct Summary: Sendable {
        package var schema: Int
        package var epoch: Epoch
        package var head: Position
        package var topics: Int
        package var endedTopics: Int
        package var events: Int
        /// Bytes of published data.
        package var dataBytes: Int
        package var evictedEvents: UInt64
        package var idempotencyKeys: Int
        package var oldest: Place?
        package var newest: Place?
        package var fileBytes: Int
        /// Of which nothing is used.
        package var freeBytes: Int
        package var walBytes: Int

        package struct Place: Sendable {
            package var position: Position
            package var time: Timestamp
            package var topic: Topic
        }
    }

    /// - Throws: `SQLiteLogError`
    package func summary() throws -> Summary {
        try read { db in
            let counters = try LogCounters(db)
            func number(_ sql: String) throws -> Int { try Int.fetchOne(db, sql: sql) ?? 0 }
            let pageBytes = try number("PRAGMA page_size")
            return Summary(
                schema: try number("PRAGMA user_version"), epoch: try LogFile.epoch(db), head: counters.head,
                topics: try number("SELECT COUNT(*) FROM topics"),
                endedTopics: try number("SELECT COUNT(*) FROM topics WHERE ended_at IS NOT NULL"),
                events: counters.events, dataBytes: try number("SELECT SUM(bytes) FROM topics"),
                evictedEvents: counters.losses, idempotencyKeys: try number("SELECT COUNT(*) FROM keys"),
                oldest: try place(db, "ASC"), newest: try place(db, "DESC"),
                fileBytes: SQLiteLog.size(path), freeBytes: try number("PRAGMA freelist_count") * pageBytes,
                walBytes: SQLiteLog.size(path + "-wal"))
        }
    }

    private func place(_ db: Database, _ order: String) throws -> Summary.Place? {
        let row = try Row.fetchOne(
            db, sql: "SELECT position, time, topic FROM events ORDER BY position \(order) LIMIT 1")
        return try row.map { row in
            Summary.Place(
                position: try row.number(0), time: try row.time(1),
                topic: try KnownTopic.name(try row.decode(Int64.self, atIndex: 2), db))
        }
    }

    /// Calls the body with every event of one moment, in log order.
    ///
    /// - Returns: the log's epoch.
    /// - Throws: `SQLiteLogError`, and what the body throws.
    @discardableResult
    package func forEachEvent(_ body: (Event, Epoch) throws -> Void) throws -> Epoch {
        try read { db in
            let epoch = try LogFile.epoch(db)
            var topics: [Int64: Topic] = [:]
            let rows = try Row.fetchCursor(db, sql: "SELECT \(EventRow.columns) FROM events ORDER BY position")
            while let row = try rows.next() {
                let id = try row.decode(Int64.self, atIndex: 1)
                let topic = try topics[id] ?? KnownTopic.name(id, db)
                topics[id] = topic
                try body(try EventRow.event(row, of: topic), epoch)
            }
            return epoch
        }
    }

    func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
        let queue = try LogFile.openToRead(path)
        return try LogFile.failing(path) { try queue.read(body) }
    }
}
