internal import Foundation
internal import GRDB
internal import SluiceTopics

extension SQLiteLogFile {
    /// What is wrong with the file: with the database as such, and with what the log says of itself. It reads all of it.
    ///
    /// - Throws: `SQLiteLogError` when the file cannot be read at all.
    package func problems() throws -> [String] {
        try read { db in
            let damage = try String.fetchAll(db, sql: "PRAGMA integrity_check").filter { $0 != "ok" }
            // Whatever else is wrong follows from this.
            if !damage.isEmpty { return damage }
            // As the gateway will.
            do {
                _ = try LogState(SQLiteLog.Configuration(), db)
                _ = try LogFile.epoch(db)
            } catch let error as DatabaseError where error.resultCode == .SQLITE_CORRUPT {
                return [error.message ?? "\(error)"]
            }
            let broken = try Self.rules.flatMap { rule in
                try String.fetchAll(db, sql: rule.sql).map { "\(rule.sentence): \($0)" }
            }
            return broken + (try invalidNames(db)) + (try invalidTexts(db))
        }
    }

    private func invalidNames(_ db: Database) throws -> [String] {
        let names = try String.fetchAll(db, sql: "SELECT name FROM topics").filter { (try? Topic($0)) == nil }
        return names.prefix(10).map { "a topic has a name that no topic can have: \($0.debugDescription)" }
    }

    private func invalidTexts(_ db: Database) throws -> [String] {
        var found: [String] = []
        let rows = try Row.fetchCursor(db, sql: "SELECT position, data FROM events WHERE is_text ORDER BY position")
        while found.count < 10, let row = try rows.next() {
            let isText = try row.withUnsafeData(atIndex: 1) { String(validating: $0 ?? Data(), as: UTF8.self) != nil }
            if !isText { found.append("an event's text is UTF-8: position \(try row.number(0))") }
        }
        return found
    }

    /// Each query finds what breaks the sentence.
    private static let rules: [(sentence: String, sql: String)] = [
        (
            "there is one row of counters",
            "SELECT COUNT(*) || ' rows' FROM log HAVING COUNT(*) != 1"
        ),
        (
            "the log counts its events",
            """
            SELECT events || ' are counted, ' || (SELECT COUNT(*) FROM events) || ' are there' FROM log
            WHERE events != (SELECT COUNT(*) FROM events)
            """
        ),
        (
            "the log counts the bytes of its events",
            """
            SELECT bytes || ' are counted, ' || sum || ' are there' FROM log,
                (SELECT COALESCE(SUM(bytes + \(EventRow.cost(0))), 0) AS sum FROM events)
            WHERE bytes != sum
            """
        ),
        (
            "an event says how long it is",
            """
            SELECT 'position ' || position FROM events
            WHERE bytes != length(data) + length(CAST(COALESCE(type, '') AS BLOB))
                + length(CAST(COALESCE(content_type, '') AS BLOB)) LIMIT 10
            """
        ),
        (
            "no event is beyond the head",
            "SELECT 'position ' || position FROM events WHERE position > (SELECT head FROM log) LIMIT 10"
        ),
        (
            "every event is of a topic",
            "SELECT 'position ' || position FROM events WHERE topic NOT IN (SELECT id FROM topics) LIMIT 10"
        ),
        (
            "a topic counts its events and their bytes",
            """
            SELECT name FROM topics LEFT JOIN
                (SELECT topic, COUNT(*) AS count, SUM(bytes) AS sum FROM events GROUP BY topic) AS found
                ON found.topic = topics.id
            WHERE topics.events != COALESCE(found.count, 0) OR topics.bytes != COALESCE(found.sum, 0) LIMIT 10
            """
        ),
        (
            "what a topic lost lies before what it has",
            """
            SELECT name FROM topics JOIN events ON events.topic = topics.id
            WHERE has_loss AND position <= evicted_through LIMIT 10
            """
        ),
        (
            "nothing follows a topic's last event",
            """
            SELECT name FROM topics JOIN events ON events.topic = topics.id WHERE position > ended_at LIMIT 10
            """
        ),
        (
            "a topic knows its newest event",
            """
            SELECT name FROM topics JOIN events ON events.topic = topics.id WHERE position > newest LIMIT 10
            """
        ),
        (
            "no loss is numbered beyond the log's count",
            "SELECT name FROM topics WHERE has_loss AND last_loss > (SELECT losses FROM log) LIMIT 10"
        ),
    ]
}
