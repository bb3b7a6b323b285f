import Foundation
import SluiceLog
import SluiceLogContract
import SluiceSQLiteLog
import SluiceTestSupport
import SluiceTopics
import Synchronization
import Testing

@Suite("The log in a file keeps the contract")
struct SQLiteLogContractTests {
    @Test("as it is configured by default", arguments: EventLogContract.clauses)
    func contract(_ clause: EventLogContract.Clause) async throws {
        let folder = try TemporaryFolder()
        try await clause.verify { try SQLiteLogUnderTest($0, in: folder) }
    }

    @Test("when next to nothing of the file is in memory", arguments: EventLogContract.clauses)
    func contractWithoutMemory(_ clause: EventLogContract.Clause) async throws {
        let folder = try TemporaryFolder()
        try await clause.verify { conditions in
            try SQLiteLogUnderTest(conditions, in: folder) { $0.recentBytes = 0 }
        }
    }

    @Test("where topics are of class memory", arguments: EventLogContract.clauses)
    func contractOfMemoryClass(_ clause: EventLogContract.Clause) async throws {
        let folder = try TemporaryFolder()
        try await clause.verify { conditions in
            try SQLiteLogUnderTest(conditions, in: folder) { configuration in
                for index in configuration.rules.indices { configuration.rules[index].durability = .memory }
            }
        }
    }

    @Test("when reads look at very few events and topics at a time", arguments: EventLogContract.clauses)
    func contractWithTightBounds(_ clause: EventLogContract.Clause) async throws {
        let folder = try TemporaryFolder()
        try await clause.verify { conditions in
            try SQLiteLogUnderTest(conditions, in: folder) { configuration in
                configuration.maximumScan = 3
                configuration.maximumGapScan = 2
                configuration.recentBytes = 0
            }
        }
    }
}

/// A log in a file of its own, with a clock that a test moves.
final class SQLiteLogUnderTest: LogUnderTest {
    let log: any EventLog

    init(
        _ conditions: LogConditions, in folder: TemporaryFolder,
        adjust: (inout SQLiteLog.Configuration) throws -> Void = { _ in }
    ) throws {
        var configuration = SQLiteLog.Configuration()
        configuration.rules = try ["**", "$a/**", "$sys/**"].map { pattern in
            RetentionRule(
                pattern: try Pattern(pattern), maximumEvents: conditions.retainedEvents,
                maximumBytes: conditions.maximumEventBytes, maximumAge: conditions.maximumAge)
        }
        configuration.topicIdleTime = conditions.topicIdleTime ?? .seconds(1_000_000)
        configuration.idempotencyWindow = conditions.idempotencyWindow
        try adjust(&configuration)
        let clock = Clock()
        self.clock = clock
        log = try SQLiteLog(path: folder.path("log-\(UUID())"), configuration: configuration, now: { clock.now })
    }

    private let clock: Clock

    func advance(by duration: Duration) { clock.advance(by: duration) }

    private final class Clock: Sendable {
        private let milliseconds = Mutex<Int64>(1_700_000_000_000)

        var now: Timestamp { Timestamp(milliseconds: milliseconds.withLock { $0 }) }

        func advance(by duration: Duration) {
            let (seconds, attoseconds) = duration.components
            milliseconds.withLock { $0 += seconds * 1000 + attoseconds / 1_000_000_000_000_000 }
        }
    }
}
