package import NIOCore
package import SluiceLog
package import SluiceTopics

/// The part of the bus that belongs to one event loop: who subscribes there, and the inbox through which events
/// come from whatever thread published them.
///
/// The inbox wakes the loop once; what comes until the drain runs is drained with it. So batches form by
/// themselves under load, and a single event is not delayed.
package final class Hub {
    package let eventLoop: any EventLoop
    package let log: any EventLog
    /// Every event up to here that anyone on this loop selects has been through a drain.
    package private(set) var position: Position
    package var counts = DeliveryCounts()

    let pageEvents: Int
    let pageBytes: Int
    let compressor: Compressor
    private let number: Int
    private let inbox: Inbox
    private let interest: Interest

    private var index = TopicIndex<Members>()
    private var subscribers: [ObjectIdentifier: Subscriber] = [:]
    private var pulses: [TimeAmount: Pulse] = [:]

    private var isDraining = false
    private let drainBudget: DrainBudget
    private var drainNumber = 0
    private var overdrawn: [Members] = []
    /// Whether what a subscriber is given now is all that it gets before the next flush.
    private(set) var isSendingAtOnce = false
    private var deferredChanges: [Change] = []
    var turns = HubTurns()
    /// What was read of late.
    var pages = EncodingCache<SharedPage.Key, SharedPage>(maximumBytes: 1 << 20)
    var watches: [ObjectIdentifier: Watch] = [:]
    private var noticed: [Watch] = []
    private var touched: ContiguousArray<Subscriber> = []
    private var flushed = 0
    private var isFlushScheduled = false
    /// Where a subscriber's bytes are put together to be sent at once.
    var scratch = ByteBuffer()
    private var encodings = ContiguousArray<ByteBuffer?>(repeating: nil, count: DeliveryFormat.allCases.count)

    private enum Change {
        case add(Subscription, Pattern)
        case remove(Subscription, Pattern?)
    }

    init(
        number: Int, eventLoop: any EventLoop, log: any EventLog, inbox: Inbox, interest: Interest,
        configuration: TopicBus.Configuration
    ) {
        self.number = number
        self.eventLoop = eventLoop
        self.log = log
        self.inbox = inbox
        self.interest = interest
        position = log.head
        pageEvents = configuration.pageEvents
        pageBytes = configuration.pageBytes
        drainBudget = configuration.drainBudget
        precondition(drainBudget.leastEvents > 0, "a drain gives everyone an event")
        compressor = Compressor(configuration: configuration.compression, epoch: log.epoch)
    }

    /// The heartbeat of this loop's connections at one interval.
    package func pulse(every interval: TimeAmount) -> Pulse {
        if let pulse = pulses[interval] { return pulse }
        let pulse = Pulse(interval: interval, eventLoop: eventLoop)
        pulses[interval] = pulse
        return pulse
    }

    // MARK: Who subscribes

    var allSubscribers: [Subscriber] { Array(subscribers.values) }

    func add(_ subscriber: Subscriber) {
        subscribers[ObjectIdentifier(subscriber)] = subscriber
    }

    func remove(_ subscriber: Subscriber) {
        subscribers[ObjectIdentifier(subscriber)] = nil
    }

    func add(_ subscription: Subscription, for pattern: Pattern) {
        guard !isDraining else { return deferredChanges.append(.add(subscription, pattern)) }
        members(of: pattern).append(subscription, for: pattern)
    }

    /// - Parameter pattern: nil for all that the subscription selects.
    func remove(_ subscription: Subscription, from pattern: Pattern? = nil) {
        guard !isDraining else { return deferredChanges.append(.remove(subscription, pattern)) }
        for slot in subscription.slots where pattern == nil || slot.pattern == pattern {
            slot.members.remove(subscription)
            forget(slot.pattern, ifEmpty: slot.members)
        }
    }

    func members(of pattern: Pattern) -> Members {
        if let known = index[pattern] { return known }
        let members = Members()
        index[pattern] = members
        interest.add(pattern, loop: number)
        return members
    }

    func knownMembers(of pattern: Pattern) -> Members? { index[pattern] }

    func forget(_ pattern: Pattern, ifEmpty members: Members) {
        guard members.isEmpty else { return }
        index[pattern] = nil
        interest.remove(pattern, loop: number)
    }

    // MARK: Draining

    /// Delivers what the inbox holds. It may be called at any time on the loop; within a drain it does nothing.
    package func drain() {
        eventLoop.assertInEventLoop()
        guard !isDraining else { return }
        let batch = inbox.take()
        if !batch.events.isEmpty {
            isDraining = true
            isSendingAtOnce = batch.events.count == 1
            deliver(batch.events)
            isSendingAtOnce = false
            isDraining = false
        }
        if let overflow = batch.overflow {
            for subscriber in subscribers.values { subscriber.lag(behind: overflow) }
            // Nobody knows any more whose events those were.
            noticed = Array(watches.values)
        }
        position = max(position, batch.dispatched)
        flushTouched()
        makeDeferredChanges()
        let watches = noticed
        noticed = []
        for watch in watches { watch.notice() }
    }

    private func deliver(_ events: [Event]) {
        drainNumber &+= 1
        for event in events {
            position = event.position
            index.forEachMatch(of: event.topic) { members in offer(event, to: members) }
            for format in encodings.indices { encodings[format] = nil }
            bytesSinceFlush += event.payload.data.readableBytes + Self.envelopeBytes
            // Let the sockets take what they can before their buffers make subscribers lag.
            if bytesSinceFlush >= pageBytes / 2 { flushTouched() }
        }
        // The pages that they are reading now, if any, may end before the last of what they were not given.
        for members in overdrawn { members.lag() }
        overdrawn.removeAll(keepingCapacity: true)
    }

    /// No members get more than their share of a drain, so that a busy topic keeps nobody waiting who is on another.
    private func offer(_ event: Event, to members: Members) {
        switch members.takeShare(event.position, ofDrain: drainNumber, within: drainBudget) {
        case .deliver(let isFirst):
            for subscription in members.subscriptions {
                subscription.subscriber?.receive(event, for: subscription)
            }
            if isFirst, !members.watches.isEmpty { noticed += members.watches.values }
        case .overdrawn:
            members.lag()
            overdrawn.append(members)
        case .none:
            break
        }
    }

    private var bytesSinceFlush = 0
    /// What stands around an event's data on a wire, roughly.
    private static let envelopeBytes = 128

    /// The event in one wire format, encoded when the first subscriber of that format needs it.
    @inline(__always)
    func encoding(of event: Event, as format: DeliveryFormat) -> ByteBuffer {
        if let buffer = encodings[format.rawValue] { return buffer }
        let buffer = format.encode(event, epoch: log.epoch)
        encodings[format.rawValue] = buffer
        return buffer
    }

    /// Who comes or goes while the members are being walked is entered after the walk.
    private func makeDeferredChanges() {
        let changes = deferredChanges
        deferredChanges = []
        for change in changes {
            switch change {
            case .add(let subscription, let pattern): add(subscription, for: pattern)
            case .remove(let subscription, let pattern): remove(subscription, from: pattern)
            }
        }
    }

    /// Within a drain nobody reads from the log; a subscriber that could does so when its turn comes.
    func defers(_ subscriber: Subscriber) -> Bool {
        guard isDraining else { return false }
        readLater(subscriber)
        return true
    }

    // MARK: Flushing

    /// Whoever was written to is flushed once: at the end of the drain or of the pump, or in the loop's next turn.
    func touch(_ subscriber: Subscriber) {
        guard !subscriber.isTouched else { return }
        subscriber.isTouched = true
        touched.append(subscriber)
        guard !isDraining, !isFlushScheduled else { return }
        isFlushScheduled = true
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        eventLoop.execute { bound.value.flushTouched() }
    }

    package func flushTouched() {
        isFlushScheduled = false
        bytesSinceFlush = 0
        // A flush can have a peer heard, whose answer must not overtake what others were given: then this is entered again.
        while flushed < touched.count {
            flushed += 1
            touched[flushed - 1].flush()
        }
        touched.removeAll(keepingCapacity: true)
        flushed = 0
    }
}

@available(*, unavailable)
extension Hub: Sendable {}
