package import SluiceLog
package import SluiceTopics
internal import Synchronization

/// The log that lives in memory: bounded in bytes and topics, gone with the process.
///
/// All of it is one value behind one lock, held only for the bounded work of one call. The sink and the completions
/// are called without it.
package final class MemoryLog: EventLog {
    package let epoch: Epoch

    private let now: @Sendable () -> Timestamp
    private let guarded: Mutex<Guarded>

    /// - Parameters:
    ///   - epoch: this incarnation's name. A log in memory starts empty, so no cursor of an earlier one has a meaning
    ///     here and the name must be a new one each time.
    ///   - now: the time of day; called from any thread.
    package init(configuration: Configuration, epoch: Epoch, now: @escaping @Sendable () -> Timestamp) {
        self.epoch = epoch
        self.now = now
        guarded = Mutex(Guarded(state: MemoryLogState(configuration: configuration)))
    }

    package var head: Position { guarded.withLock { $0.state.head } }

    package var floor: Position { guarded.withLock { $0.state.floor } }

    package var statistics: LogStatistics { guarded.withLock { $0.state.statistics } }

    package func attach(sink: @escaping @Sendable ([Event]) -> Void) {
        guarded.withLock { $0.outgoing.attach(sink) }
    }

    package func append(
        _ request: AppendRequest, completion: @escaping @Sendable (Result<Receipt, AppendError>) -> Void
    ) {
        let request = request.compacted
        let time = now()
        let (result, next) = guarded.withLock { $0.append(request, at: time) }
        // The completion comes first: this thread may be busy for a while with what others append.
        completion(result)
        switch next {
        case .serve: while let (events, sink) = guarded.withLock({ $0.outgoing.next() }) { sink(events) }
        case .nothing: break
        }
    }

    package func read(_ request: ReadRequest, completion: @escaping @Sendable (Result<Page, ReadError>) -> Void) {
        let selection = Selection(request.selection)
        completion(.success(guarded.withLock { $0.state.read(selection, request) }))
    }

    /// Takes the lock many times for a little work each, so that nobody waits for long.
    package func maintain(completion: @escaping @Sendable () -> Void) {
        let time = now()
        for _ in 0..<Self.maintenanceRounds {
            if guarded.withLock({ $0.state.maintain(at: time, limit: Self.maintenanceStep) }) { break }
        }
        completion()
    }

    private static let maintenanceRounds = 64
    private static let maintenanceStep = 256
}

/// What the lock guards: the log's state and who is to tell the sink about it.
private struct Guarded {
    var state: MemoryLogState
    var outgoing = SinkQueue()

    mutating func append(_ request: AppendRequest, at time: Timestamp) -> (Result<Receipt, AppendError>, SinkQueue.Next)
    {
        let result = state.append(request, at: time)
        let next = (try? result.get()).map { outgoing.add($0.events) } ?? .nothing
        return (result.map(\.receipt), next)
    }
}
