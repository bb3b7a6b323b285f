package import SluiceLog
package import SluiceTopics
internal import Synchronization

/// The log that lives in memory: bounded in bytes and topics, gone with the process.
///
/// All of it is one value behind one lock, held only for the bounded work of one call. The sink and the completions
/// are called without it. The sink is served by whichever thread appends while no other is serving it; that thread
/// then hands over everything that others append meanwhile, so the order is the log's and nobody waits.
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
        guarded.withLock { guarded in
            precondition(guarded.sink == nil, "a log has one sink")
            guarded.sink = sink
        }
    }

    package func append(
        _ request: AppendRequest, completion: @escaping @Sendable (Result<Receipt, AppendError>) -> Void
    ) {
        var request = request
        for index in request.publications.indices {
            request.publications[index].payload = request.publications[index].payload.compacted
        }
        let time = now()
        let (result, next) = guarded.withLock { $0.append(request, at: time) }
        // The completion comes first: this thread may be busy for a while with what others append.
        completion(result)
        switch next {
        case .deliver: deliver()
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

    private func deliver() {
        while let (events, sink) = guarded.withLock({ $0.takeOutgoing() }) { sink(events) }
    }
}

/// What the lock guards: the log's state and who is to tell the sink about it.
private struct Guarded {
    var state: MemoryLogState
    var sink: (@Sendable ([Event]) -> Void)?
    /// What the sink has not been told yet, in log order.
    private var outgoing: [Event] = []
    /// Some thread is telling the sink and will take what is outgoing before it stops.
    private var isDelivering = false

    init(state: MemoryLogState) {
        self.state = state
    }

    enum Next {
        /// It is on this thread to call `takeOutgoing` and the sink, until nothing is outgoing.
        case deliver
        case nothing
    }

    mutating func append(_ request: AppendRequest, at time: Timestamp) -> (Result<Receipt, AppendError>, Next) {
        switch state.append(request, at: time) {
        case .failure(let error):
            return (.failure(error), .nothing)
        case .success(.repeated(let positions)):
            return (.success(Receipt(positions: Array(positions), isRepeat: true)), .nothing)
        case .success(.stored(let events)):
            let receipt = Receipt(positions: events.map(\.position), isRepeat: false)
            return (.success(receipt), enqueue(events))
        }
    }

    private mutating func enqueue(_ events: [Event]) -> Next {
        guard sink != nil else { return .nothing }
        if outgoing.isEmpty { outgoing = events } else { outgoing += events }
        guard !isDelivering else { return .nothing }
        isDelivering = true
        return .deliver
    }

    mutating func takeOutgoing() -> (events: [Event], sink: @Sendable ([Event]) -> Void)? {
        guard let sink, !outgoing.isEmpty else {
            isDelivering = false
            return nil
        }
        defer { outgoing = [] }
        return (outgoing, sink)
    }
}
