internal import DequeModule
internal import NIOCore
internal import NIOHTTP1

/// An HTTP/1.1 connection: requests in, answers out, in the order of the requests (RFC 9112 § 9.3.2).
///
/// Requests are handled as they arrive, also while earlier ones wait for their answers. Beyond the limit of requests
/// in flight, or while the peer does not read its answers, what has arrived is held and nothing more is read. When an
/// exchange is taken over, the HTTP handlers leave the pipeline and the connection is a stream or a session from there
/// on.
final class HTTP1Connection: ChannelInboundHandler, RemovableChannelHandler, DeadlineOwner, Drainable {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = ByteBuffer

    let loop: LoopContext
    let peer: Peer
    let writesToSocket: Bool
    let decoder: ByteToMessageHandler<HTTPRequestDecoder>
    var context: ChannelHandlerContext?

    /// What has arrived and not been looked at; at most one read of the socket.
    private var held: Deque<Input> = []
    private var isProceeding = false
    var waiting = AnswerQueue()
    /// The exchange whose body is arriving.
    var arriving: Exchange?
    var arrivingIsStream = false
    var phase = Phase.serving
    private var isAutoRead = true
    var isReading = false
    var isInputClosed = false
    var isOutputClosed = false
    /// Whether what follows in the input cannot be a request any more.
    var inputIsSpoilt = false
    /// Whether the read that is under way has brought a part of a request.
    private var hasReadPart = false
    var headIsPartial = false
    /// What the connection ends with, once the requests before it are answered.
    var farewell: Problem?
    var deadline = Deadline()
    private var turn: RequestTurn

    private var isGranted: Bool {
        switch peer.admission {
        case .granted: true
        case .refused: false
        }
    }

    enum Phase {
        case serving
        /// The last answer was written; what still comes is discarded until the peer closes.
        case lingering
        /// Another handler has the connection.
        case takenOver
    }

    private enum Input {
        case part(HTTPServerRequestPart)
        /// The decoder gave up.
        case failure(Problem)
        case endOfInput
    }

    init(loop: LoopContext, peer: Peer, isTLS: Bool, decoder: ByteToMessageHandler<HTTPRequestDecoder>) {
        self.loop = loop
        self.peer = peer
        writesToSocket = !isTLS
        self.decoder = decoder
        turn = RequestTurn(limit: loop.core.configuration.limits.requestsInFlight)
    }

    /// Has the channel speak HTTP/1.1 from its next byte on.
    static func begin(on channel: any Channel, loop: LoopContext, peer: Peer, isTLS: Bool) throws {
        let limits = loop.core.configuration.limits
        var parsing = NIOHTTPDecoderLimitConfiguration()
        parsing.maxHeaderFieldSize = limits.headerBytes
        parsing.maxHeaderListSize = limits.headerBytes
        parsing.maxHeaderFieldCount = limits.headerCount
        let decoder = ByteToMessageHandler(
            HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: parsing),
            // What comes behind an upgrade that nobody takes is not decoded any more, and must not pile up.
            maximumBufferSize: limits.headerBytes + 64 << 10)
        let connection = HTTP1Connection(loop: loop, peer: peer, isTLS: isTLS, decoder: decoder)
        try channel.pipeline.syncOperations.addHandlers([decoder, connection])
    }

    // MARK: The channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        loop.add(self)
        armForRequest()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        deadline.cancel()
        loop.remove(self)
        self.context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        arriving?.abandon()
        arriving = nil
        held = []
        for exchange in waiting.removeAll() { exchange.abandon() }
        deadline.cancel()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if !isReading {
            isReading = true
            if !turn.isOver { turn.start() }
            loop.flushAfterReads(self)
        }
        hasReadPart = true
        switch phase {
        case .serving: take(.part(unwrapInboundIn(data)))
        case .lingering: break
        // What is left over behind an upgrade comes as bytes, once the decoder is removed.
        case .takenOver: context.fireChannelRead(data)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isReading = false
        if phase == .serving, arriving == nil, waiting.isEmpty, held.isEmpty, !headIsPartial, !hasReadPart {
            // Something arrived and it is not a whole head: from now on the peer has the request time.
            headIsPartial = true
            armForRequest()
        }
        hasReadPart = false
        context.fireChannelReadComplete()
    }

    func flush() {
        context?.flush()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        regulateReading()
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard phase != .takenOver, let event = event as? ChannelEvent, event == .inputClosed else {
            return context.fireUserInboundEventTriggered(event)
        }
        if phase == .serving {
            take(.endOfInput)
        } else {
            isInputClosed = true
            if isOutputClosed { context.close(promise: nil) }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard phase == .serving, let error = error as? HTTPParserError else {
            // What this read has been answered with goes out first.
            context.flush()
            context.close(promise: nil)
            return
        }
        take(.failure(Problem(parserError: error)))
    }

    // MARK: Requests

    private func take(_ input: Input) {
        held.append(input)
        proceed()
    }

    /// Looks at what has arrived, as far as its turn has come.
    private func proceed() {
        guard !isProceeding else { return }
        isProceeding = true
        while phase == .serving, let input = held.first, !mustWait(input) {
            held.removeFirst()
            switch input {
            case .part(let part): received(part)
            case .failure(let problem): refuse(problem)
            case .endOfInput: inputEnded()
            }
        }
        isProceeding = false
        if phase != .serving { held = [] }
        regulateReading()
    }

    private func mustWait(_ input: Input) -> Bool {
        switch input {
        case .part(.head): isFull || turn.isOver
        case .part(.body): arriving?.isBodyPaused == true
        case .part(.end), .failure, .endOfInput: false
        }
    }

    private func nextTurn() {
        turn.start()
        proceed()
        context?.flush()
    }

    private func inputEnded() {
        inputIsSpoilt = true
        isInputClosed = true
        if let exchange = arriving {
            arriving = nil
            exchange.bodyFailed(.badRequest("incomplete-body", "the request ended before its body was complete"))
            writeAnswers()
        }
        // Who has closed a side does not wait for something to happen; most have closed both.
        for exchange in waiting.exchanges where phase == .serving { exchange.drain() }
        if phase == .serving, waiting.isEmpty { linger() }
    }

    private func received(_ part: HTTPServerRequestPart) {
        switch part {
        case .head(let head):
            headIsPartial = false
            begin(head)
        case .body(let bytes):
            guard let exchange = arriving else { return }
            if arrivingIsStream { arm(loop.core.configuration.limits.idleTime) }
            exchange.bodyReceived(bytes)
        case .end:
            guard let exchange = arriving else { return }
            arriving = nil
            deadline.suspend()
            exchange.bodyEnded()
            writeAnswers()
            if phase == .serving, waiting.isEmpty { arm(loop.core.configuration.limits.idleTime) }
        }
    }

    private func begin(_ head: HTTPRequestHead) {
        var head = head
        // At an `Upgrade` or a `CONNECT` the decoder stops; unless the exchange is taken over, nothing more can be read.
        let stopsDecoder = head.headers.contains(name: "upgrade") || head.method == .CONNECT
        // RFC 9110 § 7.8: there is none over HTTP/1.0.
        if head.version == .http1_0 { head.headers.remove(name: "upgrade") }
        if turn.begin() { loop.eventLoop.assumeIsolated().execute { self.nextTurn() } }
        guard farewell == nil else { return }
        let request: Request
        do throws(Problem) {
            let hosts = head.headers.values(of: "host")
            // RFC 9112 § 3.2
            guard hosts.count == 1 || (hosts.isEmpty && head.version == .http1_0) else {
                throw .badRequest("invalid-host", "a request has exactly one Host field (RFC 9112 § 3.2)")
            }
            request = try Request(
                method: head.method, target: head.uri, headers: head.headers, authority: hosts.first,
                address: peer.client(of: head.headers))
        } catch {
            return refuse(error, from: peer.client(of: head.headers))
        }
        let exchange = Exchange(request: request, loop: loop, transport: self)
        let keepsAlive = head.isKeepAlive && !stopsDecoder && isGranted
        waiting.append(AnswerQueue.Entry(exchange, keepsAlive: keepsAlive, isHTTP10: head.version == .http1_0))
        arriving = exchange
        arrivingIsStream = false
        armForRequest()
        loop.core.route(exchange, from: peer)
    }

    /// Answers something that is not a request, and closes.
    ///
    /// - Parameter client: nil when nothing tells but the connection.
    func refuse(_ problem: Problem, from client: String? = nil) {
        loop.core.refused(problem.type, from: client ?? peer.name)
        guard phase == .serving, waiting.isEmpty || arriving == nil else {
            // An answer is still owed, or has been given while this body was arriving: the problem is its end.
            inputIsSpoilt = true
            if let exchange = arriving {
                arriving = nil
                exchange.bodyFailed(problem)
                writeAnswers()
            }
            if phase == .serving, waiting.isEmpty { linger() }
            return
        }
        farewell = problem
        writeAnswers()
    }

    // MARK: Reading

    /// Whether the peer asks faster than it is answered, or does not read its answers.
    private var isFull: Bool {
        waiting.count >= loop.core.configuration.limits.requestsInFlight || context?.channel.isWritable != true
    }

    func regulateReading() {
        guard phase == .serving, !isProceeding else { return }
        if let next = held.first, !mustWait(next) { return proceed() }
        setAutoRead(held.isEmpty && !isFull && arriving?.isBodyPaused != true)
    }

    func setAutoRead(_ isOn: Bool) {
        guard let context, isOn != isAutoRead else { return }
        isAutoRead = isOn
        context.setReading(isOn)
    }
}

@available(*, unavailable)
extension HTTP1Connection: Sendable {}
