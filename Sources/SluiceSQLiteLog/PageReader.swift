internal import GRDB
internal import HeapModule
internal import NIOCore
internal import SluiceLog
internal import SluiceTopics

/// Reads a page from one snapshot of the file.
struct PageReader {
    let db: Database
    let configuration: SQLiteLog.Configuration
    let counters: LogCounters
    let request: ReadRequest
    /// The patterns that are no single topic.
    let wildcards: [Pattern]
    /// The others, with what the file knows of them.
    private let named: [Named]

    struct Named {
        let pattern: Pattern
        let topic: Topic
        /// Nil when the log does not know it.
        let known: KnownTopic?
    }

    init(_ request: ReadRequest, _ configuration: SQLiteLog.Configuration, _ db: Database) throws {
        self.db = db
        self.configuration = configuration
        self.request = request
        counters = try LogCounters(db)
        named = try request.selection.compactMap { pattern in
            try pattern.topic.map { Named(pattern: pattern, topic: $0, known: try KnownTopic($0, db)) }
        }
        wildcards = request.selection.filter { $0.topic == nil }
    }

    /// - Parameter head: up to where the file is read: everything before it has been committed.
    func read(through head: Position) throws -> Page {
        let place = request.place
        let gaps = try place.isForeign ? Set(request.selection) : gaps(named, after: place)
        let sources = try sources(after: place.position)
        var page = PageBuilder(for: request)
        let end =
            try sources.map { try merge($0, after: place.position, through: head, into: &page) }
            ?? scan(Set(named.map(\.topic)), after: place.position, through: head, into: &page)
        // Everything up to the head was looked at: the next read need not go over what was not selected.
        let next = ReadPlace(position: end ?? head, losses: LossCount(inFile: counters.losses))
        let ended = named.compactMap { named -> EndedTopic? in
            guard let endedAt = named.known?.endedAt, endedAt <= next.position else { return nil }
            return EndedTopic(topic: named.topic, position: endedAt)
        }
        return Page(
            events: page.events, next: next, head: head, gaps: request.selection.filter(gaps.contains), ended: ended)
    }

    // MARK: By topic

    /// The topics that have selected events, or nil when it is better to go through all events.
    private func sources(after position: Position) throws -> [Source]? {
        var topics = named.compactMap(\.known).filter { $0.newest > position && $0.events > 0 }
        if !wildcards.isEmpty {
            guard let matching = try matchingTopics(after: position) else { return nil }
            let isNamed = Set(topics.map(\.id))
            topics += matching.filter { !isNamed.contains($0.id) }
            // Each topic costs a search in the index. Going through all events costs a look at those of other topics.
            let selected = topics.reduce(0) { $0 + $1.events }
            let looks = Double(request.maximumEvents) * Double(counters.events) / Double(max(1, selected))
            if Double(topics.count) > looks { return nil }
        }
        return topics.map { Source(id: $0.id, topic: $0.topic) }
    }

    /// A topic on its way through a merge.
    private struct Source: Comparable {
        let id: Int64
        let topic: Topic
        /// The next events, in order; the last is first.
        var positions: [Position] = []
        /// Whether the file may have more.
        var hasMore = true

        static func < (left: Source, right: Source) -> Bool { (left.positions.last ?? 0) < (right.positions.last ?? 0) }
        static func == (left: Source, right: Source) -> Bool { left.positions.last == right.positions.last }
    }

    /// - Returns: how far it came, or nil when nothing is left.
    private func merge(
        _ sources: [Source], after position: Position, through head: Position, into page: inout PageBuilder
    ) throws -> Position? {
        // So many of a topic's positions are read at a time that one topic alone needs one search.
        let step = min(page.maximumEvents, 1 << 20) / sources.count.clamped(to: 1...64) + 1
        var heap = Heap<Source>()
        for var source in sources {
            try advance(&source, after: position, through: head, by: step)
            if !source.positions.isEmpty { heap.insert(source) }
        }
        let statement = try db.cachedStatement(sql: "SELECT \(EventRow.columns) FROM events WHERE position = ?")
        while var source = heap.popMin(), let next = source.positions.popLast() {
            if source.positions.isEmpty, source.hasMore { try advance(&source, after: next, through: head, by: step) }
            if !source.positions.isEmpty { heap.insert(source) }
            guard let row = try Row.fetchOne(statement, arguments: [Int64(next)]) else { continue }
            if page.append(try EventRow.event(row, of: source.topic)), !heap.isEmpty { return next }
        }
        return nil
    }

    private func advance(
        _ source: inout Source, after position: Position, through head: Position, by step: Int
    ) throws {
        let positions = try Int64.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT position FROM events WHERE topic = ? AND position > ? AND position <= ?
                    ORDER BY position LIMIT ?
                    """),
            arguments: [source.id, Int64(clamping: position), Int64(clamping: head), step])
        source.positions = positions.reversed().map { Position($0) }
        source.hasMore = positions.count == step
    }

    // MARK: Through all events

    /// - Returns: how far it came, or nil when nothing is left.
    private func scan(
        _ names: Set<Topic>, after position: Position, through head: Position, into page: inout PageBuilder
    ) throws -> Position? {
        var topics: [Int64: Topic?] = [:]
        let limit = max(1, configuration.maximumScan)
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT \(EventRow.columns) FROM events WHERE position > ? AND position <= ?
                    ORDER BY position LIMIT ?
                    """), arguments: [Int64(clamping: position), Int64(clamping: head), limit + 1])
        var looked = 0
        var last: Position?
        while let row = try rows.next() {
            // There is one more, and the page or the scan was full before it.
            if let last, looked == limit || page.isFull { return last }
            looked += 1
            last = try row.number(0)
            let id = try row.decode(Int64.self, atIndex: 1)
            if topics[id] == nil {
                let name = try KnownTopic.name(id, db)
                let isSelected = names.contains(name) || wildcards.contains { $0.matches(name) }
                topics[id] = .some(isSelected ? name : nil)
            }
            if let topic = topics[id] ?? nil { _ = page.append(try EventRow.event(row, of: topic)) }
        }
        return nil
    }
}

extension Int {
    fileprivate func clamped(to range: ClosedRange<Int>) -> Int {
        Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
    }
}
