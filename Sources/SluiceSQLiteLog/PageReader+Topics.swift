internal import Foundation
internal import GRDB
internal import SluiceLog
internal import SluiceTopics

/// What a snapshot of the file says of a topic, as far as a reader needs it.
struct KnownTopic {
    let id: Int64
    let topic: Topic
    let events: Int
    let newest: Position
    let evictedThrough: Position
    let lastLoss: UInt64
    let endedAt: Position?

    static let columns = "id, name, events, newest, evicted_through, last_loss, ended_at"

    init(_ row: Row) throws {
        id = try row.decode(Int64.self, atIndex: 0)
        topic = Topic(unchecked: try row.decode(String.self, atIndex: 1))
        events = try row.count(2)
        newest = try row.number(3)
        evictedThrough = try row.number(4)
        lastLoss = try row.number(5)
        endedAt = row.hasNull(atIndex: 6) ? nil : try row.number(6)
    }

    /// Nil when the log does not know the topic.
    init?(_ topic: Topic, _ db: Database) throws {
        let row = try Row.fetchOne(
            db.cachedStatement(sql: "SELECT \(Self.columns) FROM topics WHERE name = ?"), arguments: [topic.name])
        guard let row else { return nil }
        try self.init(row)
    }

    static func name(_ id: Int64, _ db: Database) throws -> Topic {
        let name = try String.fetchOne(
            db.cachedStatement(sql: "SELECT name FROM topics WHERE id = ?"), arguments: [id])
        guard let name else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "an event without a topic")
        }
        return Topic(unchecked: name)
    }

    func hasLoss(after place: ReadPlace) -> Bool {
        evictedThrough > place.position && lastLoss > place.losses.inFile
    }
}

extension PageReader {
    /// The topics that the wildcards match and that have events behind a place; nil when that would be more topics to
    /// look at than a read may.
    func matchingTopics(after position: Position) throws -> [KnownTopic]? {
        var left = max(1, configuration.maximumScan)
        var topics: [Int64: KnownTopic] = [:]
        for pattern in wildcards {
            // Names that begin alike stand together in the index.
            let (first, end) = pattern.nameRange
            let rows = try Row.fetchCursor(
                db.cachedStatement(
                    sql: "SELECT \(KnownTopic.columns) FROM topics WHERE name >= ? AND name < ? LIMIT ?"),
                arguments: [first, end, left + 1])
            while let row = try rows.next() {
                if left == 0 { return nil }
                left -= 1
                let known = try KnownTopic(row)
                if known.newest > position, known.events > 0, pattern.matches(known.topic) { topics[known.id] = known }
            }
        }
        return Array(topics.values)
    }

    // MARK: Gaps

    /// The selected patterns that lost an event behind the place of which its reader does not know. A topic loses its
    /// events from the front, so its latest loss is the highest in position and in number.
    func gaps(_ named: [Named], after place: ReadPlace) throws -> Set<Pattern> {
        guard counters.losses > place.losses.inFile else { return [] }
        let hasForgotten = counters.collectedThrough > place.position && counters.collectedLoss > place.losses.inFile
        var gaps: Set<Pattern> = []
        for named in named where named.known?.hasLoss(after: place) ?? hasForgotten { gaps.insert(named.pattern) }
        if hasForgotten { return gaps.union(wildcards) }
        guard !wildcards.isEmpty else { return gaps }

        // Which of the two orders has fewer topics depends on the reader: one that comes back with a cursor is behind
        // nearly all losses, one that is catching up knows of all but the latest. Where both have more than a read
        // looks at, the place is below the floor, and what is undecided counts as a gap.
        let limit = max(1, configuration.maximumGapScan)
        let byPosition = try lossesAfter("evicted_through", Int64(clamping: place.position), limit: limit)
        let byNumber =
            try byPosition == nil ? lossesAfter("last_loss", Int64(clamping: place.losses.inFile), limit: limit) : nil
        guard let lost = byPosition ?? byNumber else { return gaps.union(wildcards) }
        for topic in lost where topic.hasLoss(after: place) {
            for pattern in wildcards where pattern.matches(topic.topic) { gaps.insert(pattern) }
        }
        return gaps
    }

    /// The topics whose latest loss is behind a place in one of its orders; nil if there are more than `limit`.
    private func lossesAfter(_ column: String, _ place: Int64, limit: Int) throws -> [KnownTopic]? {
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT \(KnownTopic.columns) FROM topics WHERE has_loss AND \(column) > ?
                    ORDER BY \(column) DESC LIMIT ?
                    """), arguments: [place, limit + 1])
        var topics: [KnownTopic] = []
        while let row = try rows.next() {
            if topics.count == limit { return nil }
            topics.append(try KnownTopic(row))
        }
        return topics
    }
}

extension Pattern {
    /// Where the names of its topics lie in the order of their bytes: from the first on, before the end.
    fileprivate var nameRange: (first: String, end: DatabaseValue) {
        let literals = segments.prefix { if case .literal = $0 { true } else { false } }.compactMap { segment in
            if case .literal(let text) = segment { text } else { nil }
        }
        // To SQLite, every text comes before any blob.
        guard !literals.isEmpty else { return ("", Data().databaseValue) }
        let prefix = literals.joined(separator: "/")
        // `chat/**` matches `chat` too, and `0` follows `/`.
        return (prefix, (prefix + "0").databaseValue)
    }
}
