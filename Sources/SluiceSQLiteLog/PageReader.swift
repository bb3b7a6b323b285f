internal import GRDB
internal import NIOCore
internal import SluiceLog
internal import SluiceTopics

/// Reads a page from one snapshot of the file.
struct PageReader {
    private let db: Database
    private let configuration: SQLiteLog.Configuration
    private let counters: LogCounters

    /// What the file says of a topic that is selected by its name.
    private struct Named {
        let pattern: Pattern
        let topic: Topic
        /// Nil when the log does not know it.
        let row: Row?
    }

    init(_ db: Database, _ configuration: SQLiteLog.Configuration) throws {
        self.db = db
        self.configuration = configuration
        counters = try LogCounters(db)
    }

    func read(_ request: ReadRequest) throws -> Page {
        var place = request.place
        if place.position > counters.head || place.isForeign { place = .foreign }
        var seen: Set<Pattern> = []
        let patterns = request.selection.filter { seen.insert($0).inserted }
        let named = try patterns.compactMap { pattern in
            try pattern.topic.map { Named(pattern: pattern, topic: $0, row: try row(of: $0)) }
        }
        let wildcards = patterns.filter { $0.topic == nil }

        let gaps = try place.isForeign ? Set(patterns) : gaps(named, wildcards, after: place)
        var page = PageBuilder(maximumEvents: request.maximumEvents, maximumBytes: request.maximumBytes)
        let end =
            wildcards.isEmpty
            ? try merge(named, after: place.position, into: &page)
            : try scan(named, wildcards, after: place.position, into: &page)
        // Everything up to the head was looked at: the next read need not go over what was not selected.
        let next = ReadPlace(position: end ?? counters.head, losses: counters.losses)
        let ended = named.compactMap { named -> EndedTopic? in
            guard let row = named.row, let endedAt = row["ended_at"] as Int64?, Position(endedAt) <= next.position
            else {
                return nil
            }
            return EndedTopic(topic: named.topic, position: Position(endedAt))
        }
        return Page(
            events: page.events, next: next, head: counters.head, gaps: patterns.filter(gaps.contains), ended: ended)
    }

    private func row(of topic: Topic) throws -> Row? {
        try Row.fetchOne(
            db.cachedStatement(sql: "SELECT * FROM topics WHERE name = ?"), arguments: [topic.name])
    }

    // MARK: Events

    /// - Returns: how far it came, or nil when nothing is left.
    private func merge(
        _ named: [Named], after position: Position, into page: inout PageBuilder
    ) throws -> Position? {
        // Positions first, from the index alone; then only the rows that the page has room for.
        var found: [(position: Int64, topic: Topic)] = []
        let limit = min(page.maximumEvents, Int(Int32.max)) + 1
        for named in named {
            guard let row = named.row else { continue }
            let positions = try Int64.fetchCursor(
                db.cachedStatement(
                    sql: "SELECT position FROM events WHERE topic = ? AND position > ? ORDER BY position LIMIT ?"),
                arguments: [row["id"] as Int64, Int64(position), limit])
            while let position = try positions.next() { found.append((position, named.topic)) }
        }
        found.sort { $0.position < $1.position }
        let statement = try db.cachedStatement(
            sql: "SELECT \(EventRow.columns) FROM events WHERE position = ?")
        for (index, (position, topic)) in found.enumerated() {
            guard let row = try Row.fetchOne(statement, arguments: [position]) else { continue }
            if page.append(EventRow.event(row, of: topic)), index + 1 < found.count { return Position(position) }
        }
        return nil
    }

    /// - Returns: how far it came, or nil when nothing is left.
    private func scan(
        _ named: [Named], _ wildcards: [Pattern], after position: Position, into page: inout PageBuilder
    ) throws -> Position? {
        let names = Set(named.map(\.topic))
        var answers: [Int64: Topic?] = [:]
        let limit = max(1, configuration.maximumScan)
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT events.position, events.topic, topics.name FROM events JOIN topics ON topics.id = events.topic
                    WHERE events.position > ? ORDER BY events.position LIMIT ?
                    """), arguments: [Int64(position), limit + 1])
        let statement = try db.cachedStatement(sql: "SELECT \(EventRow.columns) FROM events WHERE position = ?")
        var looked = 0
        var last: Position?
        while let row = try rows.next() {
            // There is one more, and the page or the scan was full before it.
            if let last, looked == limit || page.isFull { return last }
            let id: Int64 = row["topic"]
            let topic: Topic?
            if let answer = answers[id] {
                topic = answer
            } else {
                let name = Topic(unchecked: row["name"])
                topic = names.contains(name) || wildcards.contains { $0.matches(name) } ? name : nil
                answers[id] = .some(topic)
            }
            looked += 1
            last = row.number("position")
            guard let topic, let event = try Row.fetchOne(statement, arguments: [row["position"] as Int64]) else {
                continue
            }
            _ = page.append(EventRow.event(event, of: topic))
        }
        return nil
    }

    // MARK: Gaps

    /// The selected patterns that lost an event behind the place of which its reader does not know. A topic loses its
    /// events from the front, so its latest loss is the highest in position and in number.
    private func gaps(_ named: [Named], _ wildcards: [Pattern], after place: ReadPlace) throws -> Set<Pattern> {
        guard counters.losses > place.losses, counters.head > place.position else { return [] }
        let hasForgotten = counters.collectedThrough > place.position && counters.collectedLoss > place.losses
        var gaps: Set<Pattern> = []
        for named in named {
            let isLoss =
                named.row.map {
                    $0.number("evicted_through") > place.position && $0.number("last_loss") > place.losses
                } ?? hasForgotten
            if isLoss { gaps.insert(named.pattern) }
        }
        if hasForgotten { return gaps.union(wildcards) }
        guard !wildcards.isEmpty else { return gaps }
        let limit = max(1, configuration.maximumGapScan)
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT name, last_loss FROM topics WHERE has_loss AND evicted_through > ?
                    ORDER BY evicted_through DESC LIMIT ?
                    """), arguments: [Int64(place.position), limit + 1])
        var looked = 0
        while let row = try rows.next() {
            looked += 1
            // Beyond what a read looks at the place is below the floor, and what is undecided counts as a gap.
            if looked > limit { return gaps.union(wildcards) }
            guard row.number("last_loss") > place.losses else { continue }
            let topic = Topic(unchecked: row["name"])
            for pattern in wildcards where pattern.matches(topic) { gaps.insert(pattern) }
        }
        return gaps
    }
}

/// Collects a page's events until it is full.
private struct PageBuilder {
    private(set) var events: [Event] = []
    let maximumEvents: Int
    private var bytesLeft: Int

    init(maximumEvents: Int, maximumBytes: Int) {
        self.maximumEvents = maximumEvents
        bytesLeft = maximumBytes
    }

    var isFull: Bool { events.count >= maximumEvents || bytesLeft <= 0 }

    /// - Returns: whether the page is full now.
    mutating func append(_ event: Event) -> Bool {
        events.append(event)
        bytesLeft -= event.payload.data.readableBytes
        return isFull
    }
}
