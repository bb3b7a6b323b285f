import SluiceLog
import SluiceLogContract
import SluiceMemoryLog
import SluiceTestSupport
import SluiceTopics
import Synchronization

/// A log in memory with a clock that a test moves.
final class MemoryLogUnderTest: LogUnderTest {
    private let clock: TestClock
    private let memoryLog: MemoryLog

    var log: any EventLog { memoryLog }

    init(_ configuration: MemoryLog.Configuration) {
        let clock = TestClock()
        self.clock = clock
        var generator = SplitMix64(seed: 1)
        memoryLog = MemoryLog(configuration: configuration, epoch: Epoch(using: &generator), now: { clock.now })
    }

    /// - Parameter adjust: sets what the conditions do not speak of.
    convenience init(
        _ conditions: LogConditions, adjust: (inout MemoryLog.Configuration) -> Void = { _ in }
    ) throws {
        let rule = RetentionRule(
            pattern: try Pattern("**"), maximumEvents: conditions.retainedEvents,
            maximumBytes: conditions.maximumEventBytes, maximumAge: conditions.maximumAge)
        let reserved = RetentionRule(
            pattern: try Pattern("$a/**"), maximumEvents: conditions.retainedEvents,
            maximumBytes: conditions.maximumEventBytes, maximumAge: conditions.maximumAge)
        var configuration = MemoryLog.Configuration(
            topicIdleTime: conditions.topicIdleTime ?? .seconds(1_000_000), rules: [rule, reserved],
            idempotencyWindow: conditions.idempotencyWindow)
        adjust(&configuration)
        self.init(configuration)
    }

    func advance(by duration: Duration) { clock.advance(by: duration) }
}

/// A clock that stands still until it is moved.
private final class TestClock: Sendable {
    private let milliseconds = Mutex<Int64>(1_700_000_000_000)

    var now: Timestamp { Timestamp(milliseconds: milliseconds.withLock { $0 }) }

    func advance(by duration: Duration) {
        let (seconds, attoseconds) = duration.components
        milliseconds.withLock { $0 += seconds * 1000 + attoseconds / 1_000_000_000_000_000 }
    }
}
