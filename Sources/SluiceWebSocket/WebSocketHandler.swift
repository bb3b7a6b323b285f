internal import NIOCore
internal import SluiceBus
internal import SluiceConnection
internal import SluiceWire

/// A session: the last handler of a connection that became a WebSocket. It keeps the protocol (frames, heartbeat,
/// close) and leaves what is said to a conversation.
///
/// While the channel's buffer is full, the client is not read: what it asks for could not be answered. It is not
/// pinged then either, so a reader that is slow is not taken for one that is dead.
final class WebSocketHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum Opening {
        case raw(RawConversation)
        case json(JSONConversation)
        case refused(Problem)
    }

    let loop: LoopContext
    let configuration: WebSocketConfiguration
    /// The client's address.
    let client: String
    private let coding: ContentCoding
    private let writesToSocket: Bool
    private var open: ((WebSocketHandler) -> Opening)?
    private var context: ChannelHandlerContext?
    private var conversation: (any Conversation)?
    private var receiver: WebSocketReceiver
    private var closing = ClosingHandshake()
    private var place: Pulse.Place?
    private var closeTimer: Scheduled<Void>?
    private var allowance: MessageAllowance?
    private var isReading = false
    /// Bytes of messages that this turn has brought.
    private var turnBytes = 0
    /// Whether what has arrived waits for the next turn.
    private var isResting = false
    private var publishesInFlight = 0
    private var hasHeardSincePing = true
    /// Whether a pong would be the answer to our ping, which was not the client's idea.
    private var awaitsPong = false

    /// - Parameters:
    ///   - writesToSocket: as of `Exchange`.
    ///   - deflate: what was agreed on, if anything was.
    init(
        loop: LoopContext, client: String, configuration: WebSocketConfiguration, writesToSocket: Bool,
        deflate: PermessageDeflate?, open: @escaping (WebSocketHandler) -> Opening
    ) {
        self.loop = loop
        self.client = client
        self.configuration = configuration
        self.open = open
        self.writesToSocket = writesToSocket
        coding = deflate.map { .permessageDeflate(windowBits: $0.serverMaxWindowBits) } ?? .identity
        receiver = WebSocketReceiver(
            role: .server, maximumMessageBytes: configuration.messageBytes,
            inflater: deflate == nil ? nil : loop.inflater)
        allowance = configuration.messagesPerSecond.map { MessageAllowance(perSecond: $0) }
    }

    // MARK: The channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        place = loop.hub.pulse(every: configuration.heartbeat).join(self)
        switch open?(self) {
        case .raw(let conversation): start(conversation)
        case .json(let conversation): start(conversation)
        case .refused(let problem): close(problem)
        case nil: preconditionFailure("a handler is added once")
        }
        open = nil
    }

    private func start(_ conversation: any Conversation) {
        self.conversation = conversation
        conversation.start()
    }

    /// This connection for the bus.
    func makeSubscriber(_ format: DeliveryFormat, delegate: any SubscriberDelegate) -> Subscriber? {
        context.map { context in
            Subscriber(
                hub: loop.hub, format: format, coding: coding, context: context, writesToSocket: writesToSocket,
                delegate: delegate)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        leave()
        self.context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        leave()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        isReading = true
        hasHeardSincePing = true
        receiver.append(unwrapInboundIn(data))
        readInputs()
    }

    private func readInputs() {
        do throws(WebSocketError) {
            while !isResting, let input = try receiver.next() { received(input) }
        } catch {
            loop.core.refused("websocket-\(error.code)", from: client, ["detail": "\(error.message)"])
            act(closing.fail(error.code, reason: error.message))
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isReading = false
        if !isResting { turnBytes = 0 }
        loop.hub.flushTouched()
        context.flush()
    }

    /// The most bytes of messages that are taken before others have their turn: a read can expand to many times its size.
    private static let turnLimit = 256 << 10

    private func rest() {
        isResting = true
        regulateReading()
        loop.eventLoop.assumeIsolated().execute {
            self.isResting = false
            self.turnBytes = 0
            self.isReading = true
            self.readInputs()
            self.isReading = false
            self.regulateReading()
            self.loop.hub.flushTouched()
            self.context?.flush()
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        let isWritable = context.channel.isWritable
        if isWritable { hasHeardSincePing = true }
        regulateReading()
        conversation?.subscriber?.writabilityChanged(to: isWritable)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard let event = event as? ChannelEvent, event == .inputClosed else {
            return context.fireUserInboundEventTriggered(event)
        }
        context.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func leave() {
        if let place { loop.hub.pulse(every: configuration.heartbeat).leave(place) }
        place = nil
        closeTimer?.cancel()
        conversation?.subscriber?.close()
        conversation = nil
    }

    // MARK: What comes

    private func received(_ input: WebSocketInput) {
        switch input {
        case .text(let data): receivedMessage(data, isText: true)
        case .binary(let data): receivedMessage(data, isText: false)
        case .ping(let data):
            if takeAllowance() { send(WebSocketFrame.encode(.pong, data)) }
        case .pong where awaitsPong:
            awaitsPong = false
        case .pong:
            _ = takeAllowance()
        case .close(let code, _):
            act(closing.received(code))
        }
    }

    private func receivedMessage(_ data: ByteBuffer, isText: Bool) {
        turnBytes += data.readableBytes
        if turnBytes > Self.turnLimit, !isResting { rest() }
        if takeAllowance() { conversation?.received(data, isText: isText) }
    }

    /// Whether the client may be listened to; if it has said too much, it is closed.
    private func takeAllowance() -> Bool {
        guard closing.isOpen else { return false }
        if allowance?.take(at: loop.eventLoop.now) ?? true { return true }
        loop.core.refused("rate-limited", from: client)
        close(.rateLimited, "more than \(configuration.messagesPerSecond ?? 0) messages a second; reconnect later")
        return false
    }

    /// Counts publishes that wait for the log; beyond the limit the client is not read.
    func publishBegan() {
        publishesInFlight += 1
        regulateReading()
    }

    func publishEnded() {
        publishesInFlight -= 1
        regulateReading()
    }

    private func regulateReading() {
        // Once it is closing, only the peer's close frame is waited for.
        guard let context, closing.isOpen else { return }
        let mayRead =
            !isResting && context.channel.isWritable
            && publishesInFlight < loop.core.configuration.limits.requestsInFlight
        guard mayRead != isAutoRead else { return }
        isAutoRead = mayRead
        context.setReading(mayRead)
    }

    private var isAutoRead = true

    // MARK: What goes

    func send(_ frame: ByteBuffer) {
        guard let context else { return }
        if let subscriber = conversation?.subscriber {
            subscriber.write(frame)
        } else {
            context.write(wrapOutboundOut(frame), promise: nil)
            if !isReading { context.flush() }
        }
    }

    func close(_ problem: Problem) {
        loop.core.refused(problem.type, from: client)
        close(problem.closeCode, problem.detail)
    }

    func close(_ code: WebSocketCloseCode, _ reason: String) {
        act(closing.close(code, reason: reason))
    }

    private func act(_ action: ClosingHandshake.Action) {
        guard let context else { return }
        switch action {
        case .none:
            break
        case .sendAndWait(let code, let reason):
            stopTalking()
            context.writeAndFlush(wrapOutboundOut(WebSocketFrame.close(code, reason: reason)), promise: nil)
            waitForEnd()
        case .sendAndClose(let code, let reason):
            stopTalking()
            context.writeAndFlush(wrapOutboundOut(WebSocketFrame.close(code, reason: reason)), promise: nil)
            context.close(mode: .output, promise: nil)
            waitForEnd()
        case .closeConnection:
            context.close(promise: nil)
        }
    }

    /// Nothing follows a close frame (RFC 6455 § 5.5.1).
    private func stopTalking() {
        // What came before the close goes before it: also a message of the client's own that is on its way back.
        loop.hub.drain()
        conversation?.subscriber?.close()
        loop.hub.flushTouched()
        // The peer's close frame has to be read, however full its socket is.
        isAutoRead = true
        context?.setReading(true)
    }

    private func waitForEnd() {
        guard closeTimer == nil else { return }
        let bound = NIOLoopBound(self, eventLoop: loop.eventLoop)
        closeTimer = loop.eventLoop.scheduleTask(in: configuration.closeTime) {
            let handler = bound.value
            handler.act(handler.closing.timedOut())
        }
    }
}

extension WebSocketHandler: Pulse.Member {
    func beat() {
        guard closing.isOpen, let context, context.channel.isWritable else { return }
        guard hasHeardSincePing else {
            loop.core.refused("heartbeat-missed", from: client)
            return close(.heartbeatMissed, "no answer to a ping within \(configuration.heartbeat)")
        }
        hasHeardSincePing = false
        awaitsPong = true
        conversation?.beat()
        send(WebSocketFrame.encode(.ping, ByteBuffer()))
    }
}

@available(*, unavailable)
extension WebSocketHandler: Sendable {}
