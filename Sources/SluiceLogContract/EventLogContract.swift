package import SluiceLog
internal import Testing

/// The contract of `EventLog` as tests, which every engine must pass.
///
/// Each clause is one sentence and is checked on a log of its own. An engine's tests run them one by one, so that each
/// sentence is a test case:
///
/// ```swift
/// @Test("keeps the contract of a log", arguments: EventLogContract.clauses)
/// func contract(_ clause: EventLogContract.Clause) async throws {
///     try await clause.verify { conditions in MyLogUnderTest(conditions) }
/// }
/// ```
package enum EventLogContract {
    /// Makes a new, empty log under the given conditions.
    package typealias MakeLog = @Sendable (_ conditions: LogConditions) async throws -> any LogUnderTest

    package struct Clause: Sendable, CustomTestStringConvertible {
        package let sentence: String
        private let check: @Sendable (MakeLog) async throws -> Void

        init(_ sentence: String, _ check: @escaping @Sendable (MakeLog) async throws -> Void) {
            self.sentence = sentence
            self.check = check
        }

        /// Records an issue for everything that does not hold.
        package func verify(_ makeLog: @escaping MakeLog) async throws { try await check(makeLog) }

        package var testDescription: String { sentence }
    }

    package static let clauses: [Clause] =
        appending + sink + reading + gaps + endedTopics + idempotency + concurrency + histories
}

/// What a test needs of a log. What is nil is to be without limit, at least as far as a test can come.
package struct LogConditions: Sendable {
    /// Of each topic, the newest so many events are kept, and no more.
    package var retainedEvents: Int?
    /// Events that are older are evicted in `maintain` at the latest.
    package var maximumAge: Duration?
    /// A topic without events is forgotten after this time, by an engine that forgets topics.
    package var topicIdleTime: Duration?
    package var idempotencyWindow = Duration.seconds(600)
    /// A payload of twice as many bytes is refused as too large, one of half as many is not.
    package var maximumEventBytes: Int?

    package init() {}
}

/// A log and the clock that it goes by.
package protocol LogUnderTest: AnyObject, Sendable {
    var log: any EventLog { get }

    /// Moves the log's clock forward. It need not call `maintain`.
    func advance(by duration: Duration)
}
