package import SluiceLog
package import SluiceTopics

/// Where a subscription stands between the log and the live events: pure, so that every race of joining, lagging
/// and resuming can be written down as a transcript.
///
/// The subscription is registered with its hub before it reads its first page. From then on each event that it
/// selects comes to it twice: in a page of the log and through the hub. While it reads, what the hub brings is only
/// noted; it goes live when it has read up to the head, nothing noted lies behind that, and the hub has drained
/// at least as far. So no event is lost between the two, and none comes twice.
package struct SubscriptionMachine: ~Copyable {
    private enum State {
        /// Reading from where the client left off.
        case catchingUp(CatchUp)
        /// Everything that the hub has drained was handed over, through this position.
        case live(through: Position)
        /// The socket was full when an event came, or the hub passed over one; reading on from there.
        case lagging(CatchUp)
        case ended
    }

    private var state: State

    package enum Phase: String, Hashable, Sendable, CaseIterable {
        case catchingUp, live, lagging, ended
    }

    /// Starts to catch up from a place.
    package init(from place: ReadPlace) {
        state = .catchingUp(CatchUp(from: place))
    }

    /// A subscription of nothing yet, to which others are added as they go live.
    package init(liveThrough position: Position) {
        state = .live(through: position)
    }

    package var phase: Phase {
        switch state {
        case .catchingUp: .catchingUp
        case .live: .live
        case .lagging: .lagging
        case .ended: .ended
        }
    }

    /// What to do with an event that the hub drained, or passed over.
    package enum AppendedAction: Hashable, Sendable {
        case deliver
        /// The subscription has just begun to lag: it will read this event from the log.
        case lag
        /// Nothing: it was delivered before, or a page of the log will bring it.
        case none
    }

    package mutating func appended(_ position: Position, isWritable: Bool) -> AppendedAction {
        switch state {
        case .live(let through):
            guard position > through else { return .none }
            guard isWritable else { return passedOver(position...position) }
            state = .live(through: position)
            return .deliver
        case .catchingUp(var catchUp):
            catchUp.note(position)
            state = .catchingUp(catchUp)
            return .none
        case .lagging(var catchUp):
            catchUp.note(position)
            state = .lagging(catchUp)
            return .none
        case .ended:
            return .none
        }
    }

    /// The hub passes over these events, of which the subscription selects the first and the last.
    ///
    /// - Returns: `lag`, or `none` when it was behind before.
    package mutating func passedOver(_ positions: ClosedRange<Position>) -> AppendedAction {
        switch state {
        case .live(let through):
            // An event that the subscription selects twice may have been delivered before it was passed over.
            var catchUp = CatchUp(from: .after(max(through, positions.lowerBound - 1)))
            catchUp.note(positions.upperBound)
            state = .lagging(catchUp)
            return .lag
        case .catchingUp(var catchUp):
            catchUp.note(positions.upperBound)
            state = .catchingUp(catchUp)
            return .none
        case .lagging(var catchUp):
            catchUp.note(positions.upperBound)
            state = .lagging(catchUp)
            return .none
        case .ended:
            return .none
        }
    }

    /// What a subscription whose socket has room does next.
    package enum Step: Hashable, Sendable {
        /// Read the page behind this place; `pageRead` or `readFailed` follows.
        case read(ReadPlace)
        /// The log was read to its head; from here on the hub brings the events.
        case goLive(from: Phase)
        /// The log was read to its head, but the hub has not drained so far: step again when it has.
        case awaitHub
        /// Nothing: a read is under way, or the subscription is live or ended.
        case none
    }

    /// - Parameter hubPosition: how far the hub has drained.
    package mutating func step(hubPosition: Position) -> Step {
        switch state {
        case .catchingUp(var catchUp):
            let step = catchUp.step(hubPosition: hubPosition, phase: .catchingUp)
            if case .goLive = step { state = .live(through: hubPosition) } else { state = .catchingUp(catchUp) }
            return step
        case .lagging(var catchUp):
            let step = catchUp.step(hubPosition: hubPosition, phase: .lagging)
            if case .goLive = step { state = .live(through: hubPosition) } else { state = .lagging(catchUp) }
            return step
        case .live, .ended:
            return .none
        }
    }

    /// The page that was being read has been handed over.
    package mutating func pageRead(next: ReadPlace, head: Position) {
        switch state {
        case .catchingUp(var catchUp):
            catchUp.endRead(next: next, head: head)
            state = .catchingUp(catchUp)
        case .lagging(var catchUp):
            catchUp.endRead(next: next, head: head)
            state = .lagging(catchUp)
        case .live, .ended:
            preconditionFailure("only a subscription that is behind reads pages")
        }
    }

    /// The selection has become smaller, so the page that is being read is not wanted: the next step reads it anew.
    package mutating func readAbandoned() {
        switch state {
        case .catchingUp(var catchUp):
            catchUp.abandonRead()
            state = .catchingUp(catchUp)
        case .lagging(var catchUp):
            catchUp.abandonRead()
            state = .lagging(catchUp)
        case .live, .ended:
            break
        }
    }

    /// Whether a page is being read for this subscription. One that ended meanwhile has no use for it.
    package var isReading: Bool {
        switch state {
        case .catchingUp(let catchUp), .lagging(let catchUp): catchUp.isReading
        case .live, .ended: false
        }
    }

    /// Nothing is selected any more, so nothing is owed; what is added later goes on from here.
    package mutating func becameEmpty(at hubPosition: Position) {
        switch state {
        case .catchingUp, .live, .lagging: state = .live(through: hubPosition)
        case .ended: break
        }
    }

    package mutating func end() {
        state = .ended
    }
}

/// The way from a place in the log to its head.
private struct CatchUp {
    private var place: ReadPlace
    /// The log's head when the last page was read.
    private var head: Position?
    /// The newest event that the hub brought meanwhile.
    private var noted: Position = 0
    private(set) var isReading = false

    init(from place: ReadPlace) {
        self.place = place
    }

    mutating func note(_ position: Position) {
        noted = max(noted, position)
    }

    mutating func step(hubPosition: Position, phase: SubscriptionMachine.Phase) -> SubscriptionMachine.Step {
        if isReading { return .none }
        guard let head, place.position >= head, place.position >= noted else {
            isReading = true
            return .read(place)
        }
        return hubPosition >= place.position ? .goLive(from: phase) : .awaitHub
    }

    mutating func endRead(next: ReadPlace, head: Position) {
        place = next
        self.head = head
        isReading = false
    }

    mutating func abandonRead() {
        isReading = false
    }
}
