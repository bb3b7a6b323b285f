package import SluiceLog
package import SluiceTopics
internal import Synchronization

/// A log that can hold back its answers, or refuse reads: what a log on a disk or behind a network does.
package final class HeldLog: EventLog {
    private struct State {
        var holdsAppends = false
        var holdsReads = false
        var failure: ReadError?
        var held: [@Sendable () -> Void] = []
        var reads = 0
    }

    private let log: any EventLog
    private let state = Mutex(State())

    package init(_ log: any EventLog) {
        self.log = log
    }

    /// From now on every append is made at once and answered when the test says so.
    package func holdAppends() {
        state.withLock { $0.holdsAppends = true }
    }

    /// From now on every read is made at once and answered when the test says so.
    package func holdReads() {
        state.withLock { $0.holdsReads = true }
    }

    package func refuseReads(with error: ReadError) {
        state.withLock { $0.failure = error }
    }

    /// How many reads have been made.
    package var reads: Int { state.withLock { $0.reads } }

    /// How many answers are held.
    package var heldAnswers: Int { state.withLock { $0.held.count } }

    /// Gives the oldest answer that is held.
    package func answerOne() {
        let answer = state.withLock { state in
            state.held.isEmpty ? nil : state.held.removeFirst()
        }
        answer?()
    }

    /// Gives everything that is held, and holds nothing any more.
    package func release() {
        let answers = state.withLock { state in
            defer { state.held = [] }
            state.holdsAppends = false
            state.holdsReads = false
            return state.held
        }
        for answer in answers { answer() }
    }

    package func append(
        _ request: AppendRequest, completion: @escaping @Sendable (Result<Receipt, AppendError>) -> Void
    ) {
        log.append(request) { [self] result in
            give({ completion(result) }, unless: \.holdsAppends)
        }
    }

    package func read(_ request: ReadRequest, completion: @escaping @Sendable (Result<Page, ReadError>) -> Void) {
        let failure = state.withLock { state in
            state.reads += 1
            return state.failure
        }
        if let failure { return completion(.failure(failure)) }
        log.read(request) { [self] result in
            give({ completion(result) }, unless: \.holdsReads)
        }
    }

    private func give(_ answer: @escaping @Sendable () -> Void, unless holds: KeyPath<State, Bool>) {
        let isHeld = state.withLock { state in
            if state[keyPath: holds] { state.held.append(answer) }
            return state[keyPath: holds]
        }
        if !isHeld { answer() }
    }

    package var epoch: Epoch { log.epoch }
    package var head: Position { log.head }
    package var floor: Position { log.floor }
    package var statistics: LogStatistics { log.statistics }

    package func attach(sink: @escaping @Sendable ([Event]) -> Void) { log.attach(sink: sink) }

    package func maintain(completion: @escaping @Sendable () -> Void) { log.maintain(completion: completion) }
}
