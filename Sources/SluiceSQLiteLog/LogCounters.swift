internal import GRDB
internal import SluiceTopics

/// What the file says of the log as a whole, in its one row of `log`.
struct LogCounters: Equatable {
    /// The position of the newest event; 0 before the first.
    var head: Position
    /// How many events were evicted so far. It numbers the losses.
    var losses: UInt64
    /// The highest position and number among the losses of the topics that the log no longer knows.
    var collectedThrough: Position
    var collectedLoss: UInt64
    /// Of events, with bookkeeping.
    var bytes: Int
    var events: Int

    init(_ db: Database) throws {
        guard let row = try Row.fetchOne(db.cachedStatement(sql: "SELECT * FROM log")) else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "it has no counters")
        }
        head = row.number("head")
        losses = row.number("losses")
        collectedThrough = row.number("collected_through")
        collectedLoss = row.number("collected_loss")
        bytes = row["bytes"]
        events = row["events"]
    }

    func save(_ db: Database) throws {
        try db.cachedStatement(
            sql: """
                UPDATE log SET head = ?, losses = ?, collected_through = ?, collected_loss = ?, bytes = ?, events = ?
                """
        ).execute(
            arguments: [
                Int64(head), Int64(losses), Int64(collectedThrough), Int64(collectedLoss), bytes, events,
            ])
    }
}

extension Row {
    /// A counter, which is never negative.
    func number(_ column: String) -> UInt64 {
        UInt64(bitPattern: self[column] as Int64)
    }
}
