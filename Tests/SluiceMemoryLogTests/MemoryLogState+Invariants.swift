import SluiceLog
import SluiceTopics
import Testing

@testable import SluiceMemoryLog

extension MemoryLogState {
    /// Checks that every index says the same as the records do.
    func checkInvariants(_ comment: Comment) {
        let records = Array(self.records.all)
        #expect(self.records.count == records.count, comment)
        #expect(active.count + idle.count == records.count, comment)
        #expect(idle.count == records.count { !$0.hasEvents }, comment)

        var events: [(position: Position, record: TopicRecord)] = []
        for record in records {
            let positions = record.events.map(\.position)
            #expect(positions == positions.sorted(), comment)
            #expect(positions.allSatisfy { $0 > record.evictedThrough }, comment)
            #expect(record.dataBytes == record.events.reduce(0) { $0 + $1.dataBytes }, comment)
            #expect((record.expiryIndex != nil) == (record.expiry != nil), comment)
            events += positions.map { ($0, record) }
        }
        events.sort { $0.position < $1.position }
        #expect(live.entries.map(\.position) == events.map(\.position), comment)
        #expect(zip(live.entries, events).allSatisfy { $0.record === $1.record }, comment)

        let lost = records.filter(\.hasLoss)
        let byPosition = lost.sorted { $0.evictedThrough < $1.evictedThrough }
        #expect(lossesByPosition.entries.map(\.position) == byPosition.map(\.evictedThrough), comment)
        #expect(lossesByAge.count == lost.count, comment)
        var ages: [UInt64] = []
        var next = lossesByAge.last
        while let record = next {
            ages.append(record.lastLoss)
            next = lossesByAge.previous(of: record)
        }
        #expect(ages == lost.map(\.lastLoss).sorted(by: >), comment)

        #expect(eventBytes == records.flatMap(\.events).reduce(0) { $0 + MemoryCost.event($1) }, comment)
        #expect(topicBytes == records.reduce(0) { $0 + MemoryCost.topic($1.topic) }, comment)
        #expect(idleBytes == records.filter { !$0.hasEvents }.reduce(0) { $0 + MemoryCost.topic($1.topic) }, comment)
        #expect(bytes <= configuration.maximumBytes, comment)
        #expect(records.count <= configuration.maximumTopics, comment)
    }
}

extension PositionIndex {
    var entries: [(position: Position, record: TopicRecord)] {
        var entries: [(position: Position, record: TopicRecord)] = []
        forEach(after: 0) { position, record in
            entries.append((position, record))
            return true
        }
        return entries
    }
}

extension TopicRecord {
    convenience init(_ name: String, limits: TopicLimits = TopicLimits(.standard)) {
        self.init(topic: Topic(unchecked: name), limits: limits, lostThrough: 0, lastLoss: 0)
    }
}
