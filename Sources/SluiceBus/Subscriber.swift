package import NIOCore
package import SluiceLog
package import SluiceTopics
internal import SluiceWire

/// One connection as the bus sees it: where events are written, and what it has subscribed to.
///
/// `main` holds everything that is live, or was and lags: one cursor for all of it, so that a connection which was
/// slow goes on in log order whatever it has subscribed to. A subscription that joins later catches up by itself
/// and is merged into `main` when it goes live.
///
/// It keeps no queue beyond what one drain or one page gives it. What the channel's buffer does not take is left in the log:
/// the cursor stands still until the channel is writable again.
package final class Subscriber {
    // What every delivery needs comes first: then it is next to each other in memory, and with thousands of subscribers
    // that is much of what a delivery costs.
    package let hub: Hub
    package let format: DeliveryFormat
    let coding: ContentCoding
    var isWritable: Bool
    var isClosed = false
    /// Whether something was written since the last flush of the hub's drain.
    var isTouched = false
    /// Whether no event was written since this was set; the wires' heartbeats set it.
    package var isIdle = true
    private var lane: SocketLane?
    private var unsent = UnsentBytes()

    private let context: ChannelHandlerContext
    unowned let delegate: any SubscriberDelegate
    package private(set) var main: Subscription!  // set in the initialiser, which needs `self` for it
    var joining: [Subscription] = []
    var isPumping = false
    /// Whether the hub has it read when its turn comes.
    var isWaitingToRead = false
    private var isLeaving = false
    /// What a stream with the coding `gzip` has written so far.
    private var gzip = GzipStream()

    /// - Parameters:
    ///   - writesToSocket: whether what is written to the channel goes to its socket as it is, and nobody else writes to
    ///     it as long as the subscriber is there.
    ///   - delegate: outlives the subscriber; usually the handler that owns it.
    package init(
        hub: Hub, format: DeliveryFormat, coding: ContentCoding = .identity, context: ChannelHandlerContext,
        writesToSocket: Bool = false, delegate: any SubscriberDelegate
    ) {
        hub.eventLoop.assertInEventLoop()
        self.hub = hub
        self.format = format
        self.coding = coding
        self.context = context
        self.delegate = delegate
        lane = writesToSocket ? SocketLane(to: context.channel) : nil
        isWritable = context.channel.isWritable
        main = Subscription(
            subscriber: self, selection: [], machine: SubscriptionMachine(liveThrough: hub.position))
        if coding == .gzip { send(GzipStream.header) }
    }

    // MARK: Subscribing

    /// Starts with one subscription, of which everything else that this connection selects becomes a part.
    package func start(_ selection: [Pattern], from place: ReadPlace, requestedCursor: String?) {
        guard !isClosed else { return }
        main = Subscription(
            subscriber: self, selection: selection, machine: SubscriptionMachine(from: place),
            requestedCursor: requestedCursor)
        hub.add(self)
        for pattern in selection { hub.add(main, for: pattern) }
        pump()
    }

    /// Starts with nothing; subscriptions join later.
    package func start() {
        guard !isClosed else { return }
        hub.add(self)
    }

    package func join(_ pattern: Pattern, from place: ReadPlace, ref: String?, requestedCursor: String?) {
        guard !isClosed else { return }
        let subscription = Subscription(
            subscriber: self, selection: [pattern], machine: SubscriptionMachine(from: place), ref: ref,
            requestedCursor: requestedCursor)
        joining.append(subscription)
        hub.add(subscription, for: pattern)
        pump()
    }

    /// - Returns: false when the pattern was not subscribed to.
    package func leave(_ pattern: Pattern) -> Bool {
        if let index = joining.firstIndex(where: { $0.selection == [pattern] }) {
            let subscription = joining.remove(at: index)
            subscription.end()
            hub.remove(subscription)
            sendAwayIfDone()
            return true
        }
        guard main.selection.contains(pattern) else { return false }
        hub.remove(main, from: pattern)
        main.remove(pattern)
        main.reads += 1
        main.machine.readAbandoned()
        if main.selection.isEmpty { main.machine.becameEmpty(at: hub.position) }
        pump()
        sendAwayIfDone()
        return true
    }

    package func hasSubscribed(to pattern: Pattern) -> Bool {
        main.selection.contains(pattern) || joining.contains { $0.selection == [pattern] }
    }

    private var subscriptions: [Subscription] {
        let main: Subscription = main
        return [main] + joining
    }

    package var subscriptionCount: Int { main.selection.count + joining.count }

    /// Leaves the bus; nothing is written any more.
    package func close() {
        guard !isClosed else { return }
        isClosed = true
        for subscription in subscriptions {
            subscription.end()
            hub.remove(subscription)
        }
        joining = []
        hub.remove(self)
    }

    /// Ends what was written, where the coding has an end, and leaves the bus.
    package func finish() {
        if coding == .gzip, !isClosed { send(gzip.trailer) }
        close()
    }

    /// Where a client that saw everything so far would resume, or nil while it is behind.
    package func livePosition() -> Cursor? {
        hub.drain()
        guard main.machine.phase == .live, joining.isEmpty else { return nil }
        return Cursor(epoch: hub.log.epoch, position: hub.position)
    }

    package var phase: SubscriptionMachine.Phase { main.machine.phase }

    /// Lets the delegate say goodbye, as soon as everything that was appended so far is handed over.
    func sendAway() {
        guard !isClosed else { return }
        isLeaving = true
        sendAwayIfDone()
    }

    func sendAwayIfDone() {
        guard isLeaving, !isClosed, livePosition() != nil else { return }
        isLeaving = false
        delegate.sentAway()
    }

    // MARK: Writing

    /// The hub drained an event that the subscription selects.
    @inline(__always)
    func receive(_ event: Event, for subscription: Subscription) {
        switch subscription.machine.appended(event.position, isWritable: isWritable) {
        case .deliver:
            let buffer = encodeLive(event)
            send(buffer)
            isIdle = false
            hub.counts.delivered[format.rawValue] += 1
            hub.counts.deliveredBytes += buffer.readableBytes
            if event.isEnd {
                let ended = EndedTopic(topic: event.topic, position: event.position)
                tellEnded(ended, at: event.position, in: subscription)
            }
        case .lag:
            hub.counts.lagged += 1
        case .none:
            break
        }
    }

    /// The hub could not keep up and has passed over these events: they are read from the log.
    func lag(behind positions: ClosedRange<Position>) {
        // Who selects nothing has nothing to read.
        for subscription in subscriptions where !subscription.selection.isEmpty {
            lag(behind: positions, in: subscription)
        }
    }

    func lag(behind positions: ClosedRange<Position>, in subscription: Subscription) {
        if subscription.machine.passedOver(positions) == .lag { hub.counts.lagged += 1 }
        hub.readLater(self)
    }

    /// An event that others on this loop get now too.
    @inline(__always)
    private func encodeLive(_ event: Event) -> ByteBuffer {
        switch coding {
        case .identity:
            hub.encoding(of: event, as: format)
        case .permessageDeflate(let windowBits):
            hub.compressor.message(of: event, as: format, ref: nil, windowBits: windowBits)
                ?? hub.encoding(of: event, as: format)
        case .gzip:
            appending(hub.compressor.block(of: event, as: format))
        }
    }

    /// An event from the log.
    func encodeReplayed(_ event: Event, ref: String?) -> ByteBuffer {
        switch coding {
        case .identity:
            format.encode(event, epoch: hub.log.epoch, ref: ref)
        case .permessageDeflate(let windowBits):
            hub.compressor.message(of: event, as: format, ref: ref, windowBits: windowBits)
                ?? format.encode(event, epoch: hub.log.epoch, ref: ref)
        case .gzip:
            appending(hub.compressor.block(of: event, as: format))
        }
    }

    private func appending(_ block: GzipBlock) -> ByteBuffer {
        gzip.append(block)
        return block.bytes
    }

    /// Writes bytes that are not shared; a wire's own words.
    package func write(_ buffer: ByteBuffer) {
        switch coding {
        case .identity, .permessageDeflate: send(buffer)
        case .gzip: send(appending(GzipBlock(storing: buffer)))
        }
    }

    /// Writes bytes as they go onto the wire.
    func send(_ buffer: ByteBuffer) {
        guard !isClosed, buffer.readableBytes > 0 else { return }
        if lane?.isOpen == true, hub.isSendingAtOnce, !isTouched {
            guard let rest = lane?.send(buffer) else { return }
            context.write(NIOAny(rest), promise: nil)
        } else {
            unsent.append(buffer)
        }
        hub.touch(self)
    }

    func flush() {
        isTouched = false
        if let batch = unsent.take() {
            if lane?.isOpen == true {
                guard lane?.isUsable == true, let rest = lane?.send(batch.joined(in: &hub.scratch)) else { return }
                // A few bytes are not to hold on to the whole of `scratch`.
                context.write(NIOAny(ByteBuffer(bytes: rest.readableBytesView)), promise: nil)
            } else {
                for buffer in batch.writes { context.write(NIOAny(buffer), promise: nil) }
            }
        }
        context.flush()
        lane?.openIfAllIsWritten()
    }

    package func writabilityChanged(to isWritable: Bool) {
        self.isWritable = isWritable
        if isWritable { hub.readLater(self) }
    }
}

@available(*, unavailable)
extension Subscriber: Sendable {}
