internal import NIOCore
internal import NIOHTTP2

/// What an HTTP/2 connection is beside its streams: its idle time and its end.
final class HTTP2Connection: ChannelInboundHandler, DeadlineOwner {
    typealias InboundIn = HTTP2Frame

    let loop: LoopContext
    private let peer: Peer
    private let idleTime: TimeAmount
    private let sentFrames = SentFrames()
    private var context: ChannelHandlerContext?
    private var openStreams = 0
    /// Bytes of answers that wait for a window to open.
    private var answerBytes = 0
    /// Streams whose request waits until there is room for its answer.
    private var waiting: [HTTP2Stream] = []
    var deadline = Deadline()
    private var turn: RequestTurn
    /// Whether the client was told to open no more streams.
    private var isLeaving = false

    private init(loop: LoopContext, peer: Peer) {
        self.loop = loop
        self.peer = peer
        let limits = loop.core.configuration.limits
        turn = RequestTurn(limit: limits.requestsInFlight)
        switch peer.admission {
        case .granted: idleTime = limits.idleTime
        // Who is only here to be told that there is no room gets little time for it.
        case .refused: idleTime = min(limits.idleTime, .seconds(5))
        }
    }

    /// Has the channel speak HTTP/2 from its next byte on.
    static func begin(on channel: any Channel, loop: LoopContext, peer: Peer) throws {
        let limits = loop.core.configuration.limits
        let connection = HTTP2Connection(loop: loop, peer: peer)
        let bound = NIOLoopBound(connection, eventLoop: channel.eventLoop)

        var settings = NIOHTTP2Handler.ConnectionConfiguration()
        settings.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: limits.streamsPerConnection),
            HTTP2Setting(parameter: .maxHeaderListSize, value: limits.headerBytes),
            HTTP2Setting(parameter: .enableConnectProtocol, value: 1),
        ]
        // Two of these in a row are no attack, but a client that flushes with nothing to send.
        settings.maximumSequentialEmptyDataFrames = 100
        var streams = NIOHTTP2Handler.StreamConfiguration()
        streams.outboundBufferSizeHighWatermark = limits.outboundBytes
        streams.outboundBufferSizeLowWatermark = max(limits.outboundBytes / 2, 1)
        let closing = NIOHTTP2ServerConnectionManagementHandler(
            eventLoop: channel.eventLoop,
            configuration: .init(maxIdleTime: nil, maxAge: nil, maxGraceTime: nil, keepalive: nil))
        let multiplexer = NIOHTTP2Handler(
            mode: .server, eventLoop: channel.eventLoop, connectionConfiguration: settings,
            streamConfiguration: streams,
            streamDelegate: closing.http2StreamDelegate
        ) { stream in
            stream.eventLoop.makeCompletedFuture {
                let connection = bound.value
                connection.streamOpened()
                stream.closeFuture.assumeIsolated().whenComplete { _ in connection.streamClosed() }
                try stream.pipeline.syncOperations.addHandler(HTTP2Stream(of: connection, peer: peer))
            }
        }
        try channel.pipeline.syncOperations.addHandlers(
            [
                LingeringClose(eventLoop: channel.eventLoop), connection.sentFrames, WholeFrames(),
                OrderlyWritability(before: multiplexer), multiplexer, closing, connection,
            ])
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        loop.add(self)
        armForIdle()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        deadline.cancel()
        loop.remove(self)
        self.context = nil
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if error is any NIOHTTP2Error {
            loop.core.refused("http2", from: peer.name, ["detail": "\(error)"])
            // An error of a stream is the stream's (RFC 9113 § 5.4); the errors themselves do not tell.
            guard sentFrames.includeError else { return }
        }
        context.close(promise: nil)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if !turn.isOver { turn.start() }
        context.fireChannelReadComplete()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // A client that will not send any more cannot open the windows either.
        if let event = event as? ChannelEvent, event == .inputClosed { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    // MARK: Streams

    /// Whether there is room for the answer to another request, in this turn; if not, the stream's `proceed()` is called
    /// when there is. So what a client asks for and does not read is one answer beyond `limits.outboundBytes`, however
    /// many streams it opens.
    func mayBegin(_ stream: HTTP2Stream) -> Bool {
        if answerBytes <= loop.core.configuration.limits.outboundBytes, !turn.isOver {
            if turn.begin() { loop.eventLoop.assumeIsolated().execute { self.nextTurn() } }
            return true
        }
        if !waiting.contains(where: { $0 === stream }) { waiting.append(stream) }
        return false
    }

    func forget(_ stream: HTTP2Stream) {
        waiting.removeAll { $0 === stream }
    }

    func answerBegan(_ bytes: Int) {
        answerBytes += bytes
    }

    func answerEnded(_ bytes: Int) {
        answerBytes -= bytes
        beginWaiting()
    }

    private func nextTurn() {
        turn.start()
        beginWaiting()
    }

    private func beginWaiting() {
        guard !waiting.isEmpty, answerBytes <= loop.core.configuration.limits.outboundBytes, !turn.isOver else {
            return
        }
        let streams = waiting
        waiting = []
        for stream in streams { stream.proceed() }
    }

    private func streamOpened() {
        openStreams += 1
        deadline.cancel()
    }

    private func streamClosed() {
        openStreams -= 1
        if openStreams == 0 { armForIdle() }
    }

    private func armForIdle() {
        guard context != nil else { return }
        // It answers with its own end, and if it does not it is not there any more.
        deadline.set(in: isLeaving ? .seconds(2) : idleTime, on: loop.eventLoop, for: self)
    }

    func deadlinePassed() {
        if isLeaving { context?.close(promise: nil) } else { drain() }
    }
}

extension HTTP2Connection: Drainable {
    /// Takes no more streams, and closes when those that there are have ended (RFC 9113 § 6.8).
    func drain() {
        context?.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        isLeaving = true
        if openStreams == 0 { armForIdle() }
    }
}

@available(*, unavailable)
extension HTTP2Connection: Sendable {}
