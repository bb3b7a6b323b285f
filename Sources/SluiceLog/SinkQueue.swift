package import SluiceTopics

/// The way of events to a log's sink: in order, and without a lock while the sink works. It is a value for a lock to
/// guard. The sink is served by whichever thread brings events while no other is serving it; that thread then hands over
/// what others bring meanwhile, so that nobody waits.
package struct SinkQueue {
    package typealias Sink = @Sendable (_ events: [Event]) -> Void

    private var sink: Sink?
    /// What the sink has not been told yet, in log order.
    private var events: [Event] = []
    /// Some thread is telling the sink and will take what is here before it stops.
    private var isServing = false

    package init() {}

    package mutating func attach(_ sink: @escaping Sink) {
        precondition(self.sink == nil, "a log has one sink")
        self.sink = sink
    }

    package enum Next {
        /// It is on this thread to call `next` and the sink, until there is nothing.
        case serve
        case nothing
    }

    package mutating func add(_ new: [Event]) -> Next {
        guard sink != nil, !new.isEmpty else { return .nothing }
        if events.isEmpty { events = new } else { events += new }
        guard !isServing else { return .nothing }
        isServing = true
        return .serve
    }

    package mutating func next() -> (events: [Event], sink: Sink)? {
        guard let sink, !events.isEmpty else {
            isServing = false
            return nil
        }
        defer { events = [] }
        return (events, sink)
    }
}
