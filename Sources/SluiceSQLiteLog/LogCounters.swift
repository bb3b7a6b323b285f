internal import GRDB
internal import SluiceTopics

/// What the file says of the log as a whole, in its one row of `log`.
struct LogCounters: Equatable {
    /// The position of the newest event; 0 before the first.
    var head: Position
    /// Positions up to here may have been given to events that are not in the file.
    var reserved: Position
    /// How many events were evicted so far. It numbers the losses.
    var losses: UInt64
    /// The highest position and number among the losses of the topics that the log no longer knows.
    var collectedThrough: Position
    var collectedLoss: UInt64
    /// Of events, with bookkeeping.
    var bytes: Int
    var events: Int

    private static let columns = "head, reserved, losses, collected_through, collected_loss, bytes, events"

    init(_ db: Database) throws {
        guard let row = try Row.fetchOne(db.cachedStatement(sql: "SELECT \(Self.columns) FROM log")) else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "it has no counters")
        }
        head = try row.number(0)
        reserved = try row.number(1)
        losses = try row.number(2)
        collectedThrough = try row.number(3)
        collectedLoss = try row.number(4)
        bytes = try row.count(5)
        events = try row.count(6)
    }

    func save(_ db: Database) throws {
        try db.cachedStatement(sql: "UPDATE log SET (\(Self.columns)) = (?, ?, ?, ?, ?, ?, ?)").execute(
            arguments: [
                Int64(head), Int64(reserved), Int64(losses), Int64(collectedThrough), Int64(collectedLoss), bytes,
                events,
            ])
    }
}
