internal import Foundation
internal import GRDB
internal import NIOCore
internal import SluiceLog
internal import SluiceTopics

extension LogState {
    /// The most that one append may need.
    private var largestAppend: Int { configuration.maximumBytes - configuration.maximumBytes / 8 }

    /// Appends all of the request's publications or none.
    mutating func append(
        _ request: AppendRequest, at now: Timestamp, _ db: Database
    ) throws -> Result<Appended, AppendError> {
        var finding = KeyFinding.unused
        if let key = request.idempotencyKey {
            finding = try find(key, at: now, db)
            switch finding {
            case .stored(let positions): return .success(.repeated(positions))
            case .reused: return .failure(.keyReused)
            case .unused, .past: break
            }
        }
        if let refusal = refusal(of: request.publications) { return .failure(refusal) }

        var stored: [Event] = []
        stored.reserveCapacity(request.publications.count)
        for publication in request.publications { stored.append(try store(publication, at: now, db)) }
        if let key = request.idempotencyKey, configuration.maximumIdempotencyKeys > 0 {
            try keep(key, positions: stored[0].position...counters.head, at: now, db)
            if case .unused = finding { totals.keys += 1 }
        }
        let work = request.publications.reduce(0) { $0 + EventRow.work($1.dataBytes) }
        try makeRoom(sparing: stored[0].position, limit: Self.evictions(for: work), at: now, db)
        return .success(.stored(stored))
    }

    /// How much may go when something comes: enough to keep up, and not so much that others wait.
    private static func evictions(for work: Int) -> Int { max(256, 2 * work) }

    private func refusal(of publications: [Publication]) -> AppendError? {
        var ended: Set<Topic> = []
        var cost = 0
        for publication in publications {
            let topic = publication.topic
            let entry = topics[topic]
            if entry?.state.endedAt != nil || ended.contains(topic) { return .topicEnded(topic) }
            if publication.endsTopic { ended.insert(topic) }
            let maximum = (entry?.limits ?? rules.limits(for: topic)).maximumBytes
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
            time: now, isEnd: publication.endsTopic)
        let bytes = publication.dataBytes
        try EventRow.insert(event, topic: entry.id, bytes: bytes, db)
        willChange(entry)
        if entry.state.events == 0 { entry.state.oldestTime = now }
        entry.state.events += 1
        entry.state.bytes += bytes
        entry.state.newest = event.position
        if event.isEnd { entry.state.endedAt = event.position }
        counters.events += 1
        counters.bytes += EventRow.cost(bytes)
        if entry.isOverLimit {
            try evictExcess(of: entry, limit: Self.evictions(for: EventRow.work(bytes)), at: now, db)
        }
        place(entry)
        return event
    }
}
