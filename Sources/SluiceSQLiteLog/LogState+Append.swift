internal import Foundation
internal import GRDB
internal import NIOCore
internal import SluiceLog
internal import SluiceTopics

extension LogState {
    /// What became of an append.
    enum Appended {
        /// These are new, for the sink.
        case stored([Event])
        /// An earlier append under the same idempotency key stored the events at these positions.
        case repeated(ClosedRange<Position>)
    }

    /// The most that one append may need.
    private var largestAppend: Int { configuration.maximumBytes - configuration.maximumBytes / 8 }

    /// Appends all of the request's publications or none.
    mutating func append(
        _ request: AppendRequest, at now: Timestamp, _ db: Database
    ) throws -> Result<Appended, AppendError> {
        if let key = request.idempotencyKey {
            switch try find(key, at: now, db) {
            case .stored(let positions): return .success(.repeated(positions))
            case .reused: return .failure(.keyReused)
            case .unused: break
            }
        }
        if let refusal = refusal(of: request.publications) { return .failure(refusal) }

        var stored: [Event] = []
        for publication in request.publications { stored.append(try store(publication, at: now, db)) }
        if let key = request.idempotencyKey {
            try keep(key, positions: stored[0].position...counters.head, at: now, db)
        }
        try makeRoom(sparing: stored[0].position, at: now, db)
        return .success(.stored(stored))
    }

    private func refusal(of publications: [Publication]) -> AppendError? {
        var ended: Set<Topic> = []
        var cost = 0
        for publication in publications {
            let topic = publication.topic
            let entry = topics[topic]
            if entry?.endedAt != nil || ended.contains(topic) { return .topicEnded(topic) }
            if publication.endsTopic { ended.insert(topic) }
            let maximum = (entry?.limits ?? limits(for: topic)).maximumBytes
            let bytes = publication.dataBytes
            if bytes > maximum { return .tooLarge(maximumBytes: maximum) }
            cost += EventRow.cost(bytes)
            if cost > largestAppend { return .tooLarge(maximumBytes: largestAppend) }
        }
        return nil
    }

    private mutating func store(_ publication: Publication, at now: Timestamp, _ db: Database) throws -> Event {
        let entry = try entry(of: publication.topic, at: now, db)
        counters.head += 1
        let event = Event(
            position: counters.head, topic: entry.topic, type: publication.type, payload: publication.payload,
            time: now,
            isEnd: publication.endsTopic)
        let bytes = publication.dataBytes
        try EventRow.insert(event, topic: entry.id, bytes: bytes, db)
        if entry.events == 0 { entry.oldestTime = now }
        entry.events += 1
        entry.bytes += bytes
        if event.isEnd { entry.endedAt = counters.head }
        counters.events += 1
        counters.bytes += EventRow.cost(bytes)
        noteChange(of: entry)
        if entry.isOverLimit { try evictExcess(of: entry, at: now, db) }
        return event
    }

    // MARK: Idempotency keys

    private enum Finding {
        /// No publish under this key, or too long ago.
        case unused
        case stored(ClosedRange<Position>)
        /// The key came with a different publish.
        case reused
    }

    private func find(_ key: IdempotencyKey, at now: Timestamp, _ db: Database) throws -> Finding {
        guard configuration.maximumIdempotencyKeys > 0 else { return .unused }
        let row = try Row.fetchOne(
            db.cachedStatement(
                sql: "SELECT fingerprint, first, last FROM keys WHERE scope = ? AND key = ? AND time > ?"),
            arguments: [
                key.scope.bytes, key.key.bytes, now.milliseconds - configuration.idempotencyWindow.wholeMilliseconds,
            ])
        guard let row else { return .unused }
        guard row["fingerprint"] == Data(key.fingerprint) else { return .reused }
        return .stored(row.number("first")...row.number("last"))
    }

    private func keep(
        _ key: IdempotencyKey, positions: ClosedRange<Position>, at now: Timestamp, _ db: Database
    ) throws {
        try db.cachedStatement(sql: "INSERT OR REPLACE INTO keys VALUES (?, ?, ?, ?, ?, ?)").execute(
            arguments: [
                key.scope.bytes, key.key.bytes, Data(key.fingerprint), Int64(positions.lowerBound),
                Int64(positions.upperBound),
                now.milliseconds,
            ])
    }

    /// Forgets keys whose window has passed, and those beyond the most that are kept.
    func expireKeys(at now: Timestamp, _ db: Database) throws {
        let end = now.milliseconds - configuration.idempotencyWindow.wholeMilliseconds
        try db.cachedStatement(sql: "DELETE FROM keys WHERE time <= ?").execute(arguments: [end])
        let surplus = try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT last FROM keys ORDER BY last DESC LIMIT 1 OFFSET ?"),
            arguments: [max(0, configuration.maximumIdempotencyKeys)])
        if let surplus { try db.cachedStatement(sql: "DELETE FROM keys WHERE last <= ?").execute(arguments: [surplus]) }
    }
}

extension String {
    /// As SQLite is to have a text that may hold anything: it takes one to end at a NUL.
    fileprivate var bytes: Data { Data(utf8) }
}
