import SluiceLog
import SluiceTopics
import Synchronization

/// A log that can hold back the answers to reads, or refuse them: what a log on a disk or behind a network does.
final class HeldLog: EventLog {
    private struct State {
        var holdsReads = false
        var failure: ReadError?
        var held: [@Sendable () -> Void] = []
    }

    private let log: any EventLog
    private let state = Mutex(State())

    init(_ log: any EventLog) {
        self.log = log
    }

    /// From now on every read is made at once and answered when the test says so.
    func holdReads() {
        state.withLock { $0.holdsReads = true }
    }

    /// Answers everything that is held, and holds nothing any more.
    func releaseReads() {
        let answers = state.withLock { state in
            defer { state.held = [] }
            state.holdsReads = false
            return state.held
        }
        for answer in answers { answer() }
    }

    func refuseReads(with error: ReadError) {
        state.withLock { $0.failure = error }
    }

    func read(_ request: ReadRequest, completion: @escaping @Sendable (Result<Page, ReadError>) -> Void) {
        if let failure = state.withLock({ $0.failure }) { return completion(.failure(failure)) }
        log.read(request) { [self] result in
            let isHeld = state.withLock { state in
                if state.holdsReads { state.held.append { completion(result) } }
                return state.holdsReads
            }
            if !isHeld { completion(result) }
        }
    }

    var epoch: Epoch { log.epoch }
    var head: Position { log.head }
    var floor: Position { log.floor }
    var statistics: LogStatistics { log.statistics }

    func attach(sink: @escaping @Sendable ([Event]) -> Void) { log.attach(sink: sink) }

    func append(_ request: AppendRequest, completion: @escaping @Sendable (Result<Receipt, AppendError>) -> Void) {
        log.append(request, completion: completion)
    }

    func maintain() { log.maintain() }
}
