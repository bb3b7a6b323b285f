/// When a publisher sends its next event.
struct PublishingPace {
    enum Step: Equatable {
        /// Now; it was due at this time, from which its latency counts: a server that is late gets no discount for
        /// what could not be sent meanwhile (coordinated omission).
        case send(due: UInt64)
        case wait(until: UInt64)
        case awaitAnswer
        case awaitLastAnswers
        case done
    }

    private let events: Int
    private let inFlight: Int
    /// Of the first event, and from each to the next; nil when answers decide. Nanoseconds.
    private let schedule: (first: UInt64, interval: Double)?
    private(set) var sent = 0
    private(set) var answered = 0

    /// - Parameters:
    ///   - events: how many it sends.
    ///   - inFlight: the most that wait for their answers, at least 1.
    ///   - schedule: when the first is due, and the time from each to the next.
    init(events: Int, inFlight: Int, schedule: (first: UInt64, interval: Double)? = nil) {
        self.events = events
        self.inFlight = max(1, inFlight)
        self.schedule = schedule
    }

    mutating func answer() { answered += 1 }

    mutating func step(at now: UInt64) -> Step {
        guard sent < events else { return answered < sent ? .awaitLastAnswers : .done }
        guard let schedule else {
            guard sent - answered < inFlight else { return .awaitAnswer }
            sent += 1
            return .send(due: now)
        }
        let due = schedule.first + UInt64(Double(sent) * schedule.interval)
        guard due <= now else { return .wait(until: due) }
        guard sent - answered < inFlight else { return .awaitAnswer }
        sent += 1
        return .send(due: due)
    }
}
