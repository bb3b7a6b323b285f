import NIOCore
import NIOEmbedded
import SluiceLog
import SluiceMemoryLog
import SluiceTestSupport
import SluiceTopics
import Synchronization

@testable import SluiceBus

/// A bus over a log in memory, with one event loop that runs only when a test says so.
final class TestBus {
    let eventLoop = EmbeddedEventLoop()
    let memory: MemoryLog
    /// What the bus reads, which holds its answers back when it is told to.
    let log: HeldLog
    let bus: TopicBus
    private let everything: Pattern

    var hub: Hub { bus.hub(on: eventLoop) }

    /// - Parameter retained: how many events each topic keeps.
    init(
        retained: Int = 1000, pageEvents: Int = 256, pageBytes: Int = 64 << 10,
        drainBudget: DrainBudget = DrainBudget()
    ) throws {
        everything = try Pattern("**")
        let rule = RetentionRule(pattern: everything, maximumEvents: retained)
        var generator = SplitMix64(seed: 1)
        memory = MemoryLog(
            configuration: MemoryLog.Configuration(rules: [rule]), epoch: Epoch("t") ?? Epoch(using: &generator),
            now: { Timestamp(milliseconds: 0) })
        log = HeldLog(memory)
        bus = TopicBus(
            log: log, eventLoops: [eventLoop],
            configuration: TopicBus.Configuration(
                pageEvents: pageEvents, pageBytes: pageBytes, drainBudget: drainBudget))
    }

    /// Appends, and leaves the event in the hub's inbox.
    func append(_ topic: String, _ text: String, type: String? = nil, ends: Bool = false) throws {
        let publication = Publication(
            topic: try Topic(topic), type: type, payload: Payload(text: text), endsTopic: ends)
        bus.publish(AppendRequest([publication])) { _ in }
    }

    /// Appends, and lets the loop run.
    func publish(_ topic: String, _ texts: String..., type: String? = nil, ends: Bool = false) throws {
        for text in texts { try append(topic, text, type: type, ends: ends) }
        eventLoop.run()
    }

    func client(
        _ format: DeliveryFormat = .eventStreamRaw, coding: ContentCoding = .identity, capacity: Int = 1 << 20
    ) throws -> TestClient {
        let client = TestClient(hub: hub, format: format, coding: coding, capacity: capacity, eventLoop: eventLoop)
        try client.connect()
        return client
    }

    /// The positions that the log still has.
    var retained: Set<Position> {
        let answer = Answer()
        memory.read(
            ReadRequest(selection: [everything], place: .earliest, maximumEvents: .max, maximumBytes: .max)
        ) { result in
            let events = (try? result.get())?.events ?? []
            answer.positions.withLock { $0.formUnion(events.map(\.position)) }
        }
        return answer.positions.withLock { $0 }
    }

    /// A log in memory answers before `read` returns.
    private final class Answer: Sendable {
        let positions = Mutex<Set<Position>>([])
    }

    /// Lets everything happen that the loop has to do, also a millisecond later.
    func settle() {
        for _ in 0..<4 {
            eventLoop.run()
            eventLoop.advanceTime(by: .milliseconds(1))
        }
    }
}
