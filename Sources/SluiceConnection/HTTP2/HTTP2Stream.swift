internal import DequeModule
internal import NIOCore
internal import NIOHPACK
internal import NIOHTTP1
internal import NIOHTTP2

/// One stream of an HTTP/2 connection: a request in, its answer out (RFC 9113 § 8.1).
///
/// When the exchange is taken over, the stream's handler comes behind this one and sees bytes: the content of DATA
/// frames in both directions. Closing its output is END_STREAM.
final class HTTP2Stream: ChannelDuplexHandler, DeadlineOwner {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = HTTP2Frame.FramePayload

    private let connection: HTTP2Connection
    private let loop: LoopContext
    private let peer: Peer
    private var context: ChannelHandlerContext?
    private var phase = Phase.head
    private var exchange: Exchange?
    private var bodyIsStream = false
    private var isTunnel = false
    private var isInputEnded = false
    private var isOutputEnded = false
    /// Whether END_STREAM has gone out.
    private var isAnswerOut = false
    /// What has arrived and whose turn has not come; the stream's window bounds it.
    private var held: Deque<HTTP2Frame.FramePayload> = []
    private var isProceeding = false
    private var isReading = true
    var deadline = Deadline()

    private enum Phase {
        /// Waiting for the request, or for room for its answer.
        case head
        /// The request is being answered.
        case serving
        /// Another handler has the stream.
        case takenOver
        /// The answer has been given: what still comes is dropped.
        case answered
    }

    init(of connection: HTTP2Connection, peer: Peer) {
        self.connection = connection
        self.loop = connection.loop
        self.peer = peer
    }

    // MARK: The channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        loop.add(self)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        deadline.cancel()
        loop.remove(self)
        self.context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline.cancel()
        connection.forget(self)
        held = []
        let abandoned = exchange
        exchange = nil
        abandoned?.abandon()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        held.append(unwrapInboundIn(data))
        proceed()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !isOutputEnded else { return promise?.fail(ChannelError.outputClosed) ?? () }
        let payload = HTTP2Frame.FramePayload.data(.init(data: .byteBuffer(unwrapOutboundIn(data))))
        context.write(wrapOutboundOut(payload), promise: promise)
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard phase == .takenOver, case .brokeOff? = event as? TakeoverEvent else {
            return context.triggerUserOutboundEvent(event, promise: promise)
        }
        phase = .answered
        context.writeAndFlush(wrapOutboundOut(.rstStream(.internalError)), promise: promise)
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        switch mode {
        case .output:
            end(promise)
        case .all where phase == .takenOver:
            // An orderly end, like that of a TCP connection (RFC 8441 § 5): what was written still goes out, and the
            // client has a moment to end its side.
            context.channel.closeFuture.cascade(to: promise)
            phase = .answered
            end(nil)
            arm(.seconds(2))
        case .input, .all:
            context.close(mode: mode, promise: promise)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    // MARK: The request

    /// Looks at what has arrived, as far as its turn has come.
    func proceed() {
        guard !isProceeding else { return }
        isProceeding = true
        while let payload = held.first, !mustWait(payload) {
            held.removeFirst()
            switch payload {
            case .headers(let headers): received(headers.headers, isEnd: headers.endStream)
            case .data(let data): received(data.data, isEnd: data.endStream)
            case .priority, .rstStream, .settings, .pushPromise, .ping, .goAway, .windowUpdate, .alternativeService,
                .origin:
                break
            }
        }
        isProceeding = false
        regulateReading()
    }

    /// While the stream is not read its window stays shut (RFC 9113 § 5.2).
    private func regulateReading() {
        // Who took it over sees to that.
        guard phase != .takenOver else { return }
        let mayRead = held.isEmpty && exchange?.isBodyPaused != true
        guard mayRead != isReading else { return }
        isReading = mayRead
        context?.setReading(mayRead)
    }

    private func mustWait(_ payload: HTTP2Frame.FramePayload) -> Bool {
        switch phase {
        case .head: !connection.mayBegin(self)
        case .serving: exchange?.isBodyPaused == true
        case .takenOver, .answered: false
        }
    }

    private func received(_ headers: HPACKHeaders, isEnd: Bool) {
        isInputEnded = isEnd
        // What comes behind the body are trailers, of which nothing is asked.
        guard phase == .head else { return inputEnded(isEnd) }
        phase = .serving
        if !isEnd { arm(loop.core.configuration.limits.requestTime) }
        do throws(Problem) {
            let fields = headers.lazy.filter { name, _, _ in !name.hasPrefix(":") }
            guard fields.count <= loop.core.configuration.limits.headerCount else {
                throw Problem(431, "header-too-large", "the request has more header fields than the limit")
            }
            let exchange = Exchange(request: try Request(headers, from: peer), loop: loop, transport: self)
            self.exchange = exchange
            loop.core.route(exchange, from: peer)
        } catch {
            loop.core.refused(error.type, from: peer.name)
            write(error.response, omitsBody: false)
        }
        inputEnded(isEnd)
    }

    private func received(_ data: IOData, isEnd: Bool) {
        guard case .byteBuffer(let bytes) = data else { return }
        switch phase {
        case .takenOver:
            context?.fireChannelRead(wrapInboundOut(bytes))
        case .serving where bytes.readableBytes > 0:
            if bodyIsStream { arm(loop.core.configuration.limits.idleTime) }
            exchange?.bodyReceived(bytes)
        case .head, .serving, .answered:
            break
        }
        inputEnded(isEnd)
    }

    private func inputEnded(_ isEnd: Bool) {
        guard isEnd else { return }
        isInputEnded = true
        switch phase {
        case .head, .answered:
            break
        case .serving:
            deadline.cancel()
            exchange?.bodyEnded()
        case .takenOver:
            // What was only asked for by a request is not over when the request is.
            if isTunnel { context?.fireUserInboundEventTriggered(ChannelEvent.inputClosed) }
        }
    }

    // MARK: Time

    private func arm(_ time: TimeAmount) {
        deadline.set(in: time, on: loop.eventLoop, for: self)
    }

    func deadlinePassed() {
        switch phase {
        case .head, .takenOver:
            break
        case .serving:
            let what = bodyIsStream ? "the streaming body brought nothing for too long" : "the body took too long"
            exchange?.bodyFailed(Problem(408, "request-timeout", what))
        case .answered where isAnswerOut && !isInputEnded:
            stop()
        case .answered:
            context?.close(promise: nil)
        }
    }

    // MARK: The answer

    private func write(_ response: Response, omitsBody: Bool) {
        guard let context else { return }
        phase = .answered
        isOutputEnded = true
        var headers = head(status: response.status, response.headers)
        if response.status != 204 { headers.add(name: "content-length", value: "\(response.body.readableBytes)") }
        // A client that does not read the answer has as long as an idle one.
        arm(loop.core.configuration.limits.idleTime)
        let sent = context.eventLoop.makePromise(of: Void.self)
        sent.futureResult.assumeIsolated().whenSuccess { self.answerIsOut() }
        let bytes = omitsBody ? 0 : response.body.readableBytes
        if bytes > 0 {
            context.write(wrapOutboundOut(.headers(.init(headers: headers))), promise: nil)
            connection.answerBegan(bytes)
            sent.futureResult.assumeIsolated().whenComplete { [connection] _ in connection.answerEnded(bytes) }
            let data = HTTP2Frame.FramePayload.data(.init(data: .byteBuffer(response.body), endStream: true))
            context.writeAndFlush(wrapOutboundOut(data), promise: sent)
        } else {
            context.writeAndFlush(wrapOutboundOut(.headers(.init(headers: headers, endStream: true))), promise: sent)
        }
    }

    /// A client that is still sending is heard out for a while, as some read no answer before they have sent all, and
    /// then stopped.
    private func answerIsOut() {
        isAnswerOut = true
        if !isInputEnded { arm(.seconds(2)) }
    }

    private func head(status: Int, _ fields: [(String, String)]) -> HPACKHeaders {
        var headers = HPACKHeaders([(":status", "\(status)"), ("date", loop.httpDate())])
        headers.add(contentsOf: fields.map { ($0.0, $0.1, HPACKIndexing.indexable) })
        return headers
    }

    private func end(_ promise: EventLoopPromise<Void>?) {
        guard let context, !isOutputEnded else { return promise?.succeed() ?? () }
        isOutputEnded = true
        let last = HTTP2Frame.FramePayload.data(.init(data: .byteBuffer(ByteBuffer()), endStream: true))
        let sent = promise ?? context.eventLoop.makePromise(of: Void.self)
        if isTunnel {
            // Nobody listens to a session behind its close frame, and there are clients (Firefox) that never end their
            // side: their streams would stay open.
            sent.futureResult.assumeIsolated().whenSuccess { self.stop() }
        }
        context.writeAndFlush(wrapOutboundOut(last), promise: sent)
    }

    /// Has the client send no more. That is no error: the answer does not depend on it (RFC 9113 § 8.1).
    private func stop() {
        guard !isInputEnded else { return }
        context?.writeAndFlush(wrapOutboundOut(.rstStream(.noError)), promise: nil)
    }
}

extension HTTP2Stream: ExchangeTransport {
    var writesToSocket: Bool { false }

    func respond(_ response: Response, to exchange: Exchange) {
        self.exchange = nil
        write(response, omitsBody: exchange.request.method == .HEAD)
    }

    func takeOver(_ head: TakeoverHead, from exchange: Exchange, makeHandler: @escaping () -> any ChannelHandler) {
        guard let context else { return }
        self.exchange = nil
        exchange.lasts(as: context.channel)
        phase = .takenOver
        isTunnel = exchange.request.method == .CONNECT
        deadline.cancel()
        loop.remove(self)
        let headers = HTTP2Frame.FramePayload.headers(.init(headers: self.head(status: head.status, head.headers)))
        context.write(wrapOutboundOut(headers), promise: nil)
        do {
            try context.pipeline.syncOperations.addHandler(makeHandler(), position: .after(self))
        } catch {
            return context.close(promise: nil)
        }
        context.flush()
    }

    func wantsBody(of exchange: Exchange, isStream: Bool) {
        bodyIsStream = isStream
        guard !isInputEnded, let context else { return }
        if isStream { arm(loop.core.configuration.limits.idleTime) }
        guard exchange.request.header("expect")?.lowercased() == "100-continue" else { return }
        let informational = HTTP2Frame.FramePayload.headers(.init(headers: [":status": "100"]))
        context.writeAndFlush(wrapOutboundOut(informational), promise: nil)
    }

    func bodyPauseChanged() {
        proceed()
    }
}

extension HTTP2Stream: Drainable {
    func drain() {
        guard let exchange else { return }
        if bodyIsStream, !isInputEnded { exchange.bodyFailed(.draining) }
        exchange.drain()
    }
}

@available(*, unavailable)
extension HTTP2Stream: Sendable {}

extension Request {
    /// - Throws: `invalid-target`, or what else is wrong with it.
    fileprivate init(_ fields: HPACKHeaders, from peer: Peer) throws(Problem) {
        var headers = HTTPHeaders()
        var pseudo: [String: String] = [:]
        for (name, value, _) in fields {
            if name.hasPrefix(":") { pseudo[name] = value } else { headers.add(name: name, value: value) }
        }
        let hosts = headers["host"]
        let authority = pseudo[":authority"] ?? hosts.first
        guard let authority, hosts.allSatisfy({ $0.lowercased() == authority.lowercased() }) else {
            throw .badRequest(
                "invalid-host", "a request has :authority or Host, and if it has both they agree (RFC 9113 § 8.3.1)")
        }
        // That the others are there, and once, is checked with the frame (§ 8.3.1).
        try self.init(
            method: HTTPMethod(rawValue: pseudo[":method"] ?? ""), target: pseudo[":path"] ?? "/", headers: headers,
            authority: authority, address: peer.client(of: headers),
            tunnelProtocol: pseudo[":protocol"])
    }
}
