import NIOCore
import NIOEmbedded
import SluiceLog
import SluiceTestSupport
import SluiceTopics
import Testing

@testable import SluiceBus

/// Random sessions over a log that keeps little, with sockets that are full at random times.
@Suite struct RandomDeliveryTests {
    private static let topics = ["a/1", "a/2", "b/1", "b/c/1", "d"]
    private static let patterns = topics + ["a/*", "**", "*/1", "b/**", "none"]

    @Test(
        "every session is told all that it selected, in order and once, or of a gap that is true",
        arguments: Array(UInt64(1)...20))
    func atOnce(seed: UInt64) throws {
        try RandomDeliveryTests.run(seed: seed, holdsReads: false)
    }

    @Test(
        "the same holds when the log answers late, and topics are left meanwhile",
        arguments: Array(UInt64(101)...120))
    func late(seed: UInt64) throws {
        try RandomDeliveryTests.run(seed: seed, holdsReads: true)
    }

    private static func run(seed: UInt64, holdsReads: Bool) throws {
        var random = SplitMix64(seed: seed)
        let label: Comment = "seed \(seed)"
        var budget = DrainBudget()
        budget.leastEvents = .random(in: 1...5, using: &random)
        budget.mostDeliveries = .random(in: 1...10, using: &random)
        let test = try TestBus(
            retained: Int.random(in: 2...12, using: &random), pageEvents: Int.random(in: 1...5, using: &random),
            drainBudget: budget)
        let truth = RandomSession.Truth(test)
        var sessions: [RandomSession] = []
        func pattern() throws -> Pattern { try Pattern(patterns[Int.random(in: 0..<patterns.count, using: &random)]) }
        func place() -> ReadPlace {
            switch Int.random(in: 0..<8, using: &random) {
            case 0: .earliest
            case 1: .foreign
            case 2, 3: .after(.random(in: 0...test.log.head, using: &random))
            default: .after(test.log.head)
            }
        }
        for step in 0..<600 {
            switch Int.random(in: 0..<40, using: &random) {
            case 0, 1:
                guard sessions.count < 8 else { continue }
                let session = try RandomSession(
                    hub: test.hub, eventLoop: test.eventLoop, capacity: Int.random(in: 1...600, using: &random),
                    label: label, gapsAreExact: !holdsReads, truth: truth)
                var selection: [Pattern] = []
                for _ in 0..<Int.random(in: 0...3, using: &random) {
                    let next = try pattern()
                    if !selection.contains(next) { selection.append(next) }
                }
                session.start(selection, from: place())
                sessions.append(session)
            case 2:
                if step % 4 == 0, let index = sessions.indices.randomElement(using: &random) {
                    sessions.remove(at: index).close()
                }
            case 3...6:
                sessions.randomElement(using: &random)?.join(try pattern(), from: place(), ref: step)
            case 7, 8:
                sessions.randomElement(using: &random)?.leaveOne(using: &random)
            case 9...11:
                sessions.randomElement(using: &random)?.socket.stall()
            case 12:
                sessions.randomElement(using: &random)?.socket.stallWithRoom()
            case 13...16:
                sessions.randomElement(using: &random)?.socket.resume()
            case 17...20:
                test.eventLoop.run()
            case 21:
                test.settle()
            case 22:
                test.hub.drain()
            case 23:
                if holdsReads { test.log.holdReads() }
            case 24...26:
                test.log.answerOne()
            case 27:
                test.log.release()
            default:
                // Some topics are busy and lose much, some are not.
                let busiest = Int.random(in: 1...topics.count, using: &random)
                let topic = topics[Int.random(in: 0..<busiest, using: &random)]
                try test.append(topic, "\(test.log.head + 1)")
                truth.appended[test.log.head] = try Topic(topic)
            }
            for session in sessions { session.check() }
        }
        test.log.release()
        for session in sessions { session.socket.resume() }
        for _ in 0..<200 { test.settle() }
        for session in sessions { session.checkComplete() }
        #expect(sessions.allSatisfy { $0.subscriber.livePosition()?.position == test.log.head }, label)
        #expect(test.hub.report().counts.replayed > 0, "nothing was put to the test, \(label)")
    }
}
