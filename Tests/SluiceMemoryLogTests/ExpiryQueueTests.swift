import NIOCore
import SluiceLog
import SluiceTestSupport
import SluiceTopics
import Testing

@testable import SluiceMemoryLog

@Suite("The queue of expiries")
struct ExpiryQueueTests {
    @Test("always has the record first whose oldest event goes first", arguments: UInt64(1)...10)
    func model(_ seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var queue = ExpiryQueue()
        let rule = RetentionRule(pattern: try Pattern("**"), maximumAge: .milliseconds(10))
        let records = (0..<20).map { TopicRecord("topic/\($0)", limits: TopicLimits(rule)) }
        for step in 0..<1000 {
            let record = records[Int.random(in: 0..<records.count, using: &random)]
            if record.hasEvents, Bool.random(using: &random) {
                _ = record.evictOldest(loss: 1)
            } else {
                let time = Timestamp(milliseconds: .random(in: 0..<1000, using: &random))
                record.append(
                    Event(
                        position: UInt64(step), topic: record.topic, type: nil, payload: Payload(text: ""), time: time,
                        isEnd: false))
            }
            queue.update(record)
            #expect(queue.first?.expiry == records.compactMap(\.expiry).min(), "seed \(seed), step \(step)")
            #expect(queue.first?.record.expiry == queue.first?.expiry, "seed \(seed), step \(step)")
            #expect(queue.count == records.count { $0.hasEvents }, "seed \(seed), step \(step)")
        }
    }
}
