import SluiceLog
import SluiceTestSupport
import SluiceTopics
import Testing

@testable import SluiceSQLiteLog

@Suite("Topics in the order of their turns")
struct TopicOrderTests {
    private static func entry(_ id: Int64) throws -> TopicEntry {
        let time = Timestamp(milliseconds: 0)
        return TopicEntry(
            id: id, topic: try Topic("t/\(id)"), limits: TopicLimits(.standard),
            state: TopicState(oldestTime: time, evictedThrough: 0, lastLoss: 0, emptySince: time))
    }

    @Test(
        "the next is the one whose turn is first, as turns are when it is asked",
        arguments: 1...8 as ClosedRange<UInt64>)
    func next(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        var order = TopicOrder.active
        var entries = try (0..<20).map { try Self.entry($0) }
        var position: Position = 0
        for _ in 0..<2000 {
            let index = Int.random(in: 0..<entries.count, using: &generator)
            let entry = entries[index]
            switch Int.random(in: 0..<10, using: &generator) {
            case 0:
                entry.isCollected = true
                entries[index] = try Self.entry(entry.id)
            case 1:
                entry.state.events = 0
            default:
                position += 1
                entry.state.events += 1
                entry.state.newest = position
            }
            order.note(entries[index])
            let first = entries.filter { $0.state.events > 0 }.min { $0.state.newest < $1.state.newest }
            #expect(order.first() === first)
        }
    }

    @Test("topics that come and go leave nothing behind")
    func bound() throws {
        var order = TopicOrder.active
        for id in 0..<10_000 as Range<Int64> {
            let entry = try Self.entry(id)
            entry.state.events = 1
            entry.state.newest = Position(10_000 - id)
            order.note(entry)
            entry.isCollected = true
        }
        #expect(order.count <= 128)
    }
}
