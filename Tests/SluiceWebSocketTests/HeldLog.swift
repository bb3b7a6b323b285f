import SluiceLog
import SluiceTopics
import Synchronization

/// A log that can hold back the answers to appends, or refuse reads: what a log on a disk or behind a network does.
final class HeldLog: EventLog {
    private struct State {
        var holdsAppends = false
        var failure: ReadError?
        var held: [@Sendable () -> Void] = []
    }

    private let log: any EventLog
    private let state = Mutex(State())

    init(_ log: any EventLog) {
        self.log = log
    }

    /// From now on every append is made at once and answered when the test says so.
    func holdAppends() {
        state.withLock { $0.holdsAppends = true }
    }

    /// Answers everything that is held, and holds nothing any more.
    func releaseAppends() {
        let answers = state.withLock { state in
            defer { state.held = [] }
            state.holdsAppends = false
            return state.held
        }
        for answer in answers { answer() }
    }

    func refuseReads(with error: ReadError) {
        state.withLock { $0.failure = error }
    }

    func append(_ request: AppendRequest, completion: @escaping @Sendable (Result<Receipt, AppendError>) -> Void) {
        log.append(request) { [self] result in
            let isHeld = state.withLock { state in
                if state.holdsAppends { state.held.append { completion(result) } }
                return state.holdsAppends
            }
            if !isHeld { completion(result) }
        }
    }

    func read(_ request: ReadRequest, completion: @escaping @Sendable (Result<Page, ReadError>) -> Void) {
        if let failure = state.withLock({ $0.failure }) { return completion(.failure(failure)) }
        log.read(request, completion: completion)
    }

    var epoch: Epoch { log.epoch }
    var head: Position { log.head }
    var floor: Position { log.floor }
    var statistics: LogStatistics { log.statistics }

    func attach(sink: @escaping @Sendable ([Event]) -> Void) { log.attach(sink: sink) }

    func maintain() { log.maintain() }
}
