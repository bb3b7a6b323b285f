internal import Foundation
internal import GRDB
internal import SluiceLog
internal import SluiceTopics

/// What became of an idempotency key.
enum KeyFinding {
    case unused
    /// It was used, and its window has passed.
    case past
    case stored(ClosedRange<Position>)
    /// The key came with a different publish.
    case reused
}

extension LogState {
    func find(_ key: IdempotencyKey, at now: Timestamp, _ db: Database) throws -> KeyFinding {
        guard configuration.maximumIdempotencyKeys > 0 else { return .unused }
        let row = try Row.fetchOne(
            db.cachedStatement(sql: "SELECT time, fingerprint, first, last FROM keys WHERE scope = ? AND key = ?"),
            arguments: [key.scope.bytes, key.key.bytes])
        guard let row else { return .unused }
        let end = now.milliseconds - configuration.idempotencyWindow.wholeMilliseconds
        guard try row.decode(Int64.self, atIndex: 0) > end else { return .past }
        guard try row.decode(Data.self, atIndex: 1) == Data(key.fingerprint) else { return .reused }
        let (first, last) = (try row.number(2), try row.number(3))
        guard first <= last else { throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a key without events") }
        return .stored(first...last)
    }

    func keep(_ key: IdempotencyKey, positions: ClosedRange<Position>, at now: Timestamp, _ db: Database) throws {
        try db.cachedStatement(
            sql: "INSERT OR REPLACE INTO keys (scope, key, fingerprint, first, last, time) VALUES (?, ?, ?, ?, ?, ?)"
        ).execute(
            arguments: [
                key.scope.bytes, key.key.bytes, Data(key.fingerprint), Int64(positions.lowerBound),
                Int64(positions.upperBound), now.milliseconds,
            ])
    }

    /// Forgets keys whose window has passed, and the oldest of those beyond the most that are kept: at most `limit` of
    /// each.
    /// - Returns: whether that was all.
    mutating func expireKeys(at now: Timestamp, limit: Int, _ db: Database) throws -> Bool {
        let end = now.milliseconds - configuration.idempotencyWindow.wholeMilliseconds
        try db.cachedStatement(
            sql: """
                DELETE FROM keys WHERE (scope, key) IN
                    (SELECT scope, key FROM keys WHERE time <= ? ORDER BY time LIMIT ?)
                """
        ).execute(arguments: [end, limit])
        let past = db.changesCount
        totals.keys -= past
        let surplus = min(limit, totals.keys - max(0, configuration.maximumIdempotencyKeys))
        guard surplus > 0 else { return past < limit }
        try db.cachedStatement(
            sql: "DELETE FROM keys WHERE (scope, key) IN (SELECT scope, key FROM keys ORDER BY last LIMIT ?)"
        ).execute(arguments: [surplus])
        totals.keys -= db.changesCount
        return past < limit && db.changesCount < limit
    }
}

extension String {
    /// As SQLite is to have a text that may hold anything: it takes one to end at a NUL.
    fileprivate var bytes: Data { Data(utf8) }
}
