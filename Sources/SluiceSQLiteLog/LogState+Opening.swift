internal import GRDB
internal import SluiceLog
internal import SluiceTopics

extension LogState {
    /// So many positions are reserved for events that are in no file. They are in use until half of them are left.
    private static let block: Position = 1 << 24

    /// Prepares the log for this run, in a transaction.
    ///
    /// - Returns: from where on no topic of the file can have had an event before.
    mutating func begin(at now: Timestamp, _ db: Database) throws -> Position {
        let lastInFile = counters.head
        // What a run before this one gave to events of class memory is not given again.
        counters.head = max(counters.head, counters.reserved)
        try noteClasses(at: now, db)
        if rules.hasMemoryClass { reservePositions() }
        return max(lastInFile, counters.collectedThrough)
    }

    /// A topic that was of class memory and is not any more may have lost anything.
    private mutating func noteClasses(at now: Timestamp, _ db: Database) throws {
        let before = try String.fetchOne(db, sql: "SELECT classes FROM log") ?? ""
        guard before != rules.classes else { return }
        let old = RuleTable(classes: before)
        if old.hasMemoryClass {
            for entry in Array(topics.values) where old.durability(of: entry.topic) == .memory {
                try collect(entry, at: now, db)
            }
            counters.losses += 1
            counters.collectedThrough = counters.head
            counters.collectedLoss = counters.losses
        }
        try db.execute(sql: "UPDATE log SET classes = ?", arguments: [rules.classes])
    }

    /// Reserves the next positions if few are left.
    mutating func reservePositions() {
        guard counters.reserved < counters.head + Self.block / 2 else { return }
        counters.reserved = counters.head + Self.block
    }

    static func areFewPositionsLeft(head: Position, reserved: Position) -> Bool { reserved < head + block / 2 }

    /// Lets the next run go on where this one stops.
    mutating func releasePositions(behind head: Position) {
        counters.head = head
        counters.reserved = head
    }
}
