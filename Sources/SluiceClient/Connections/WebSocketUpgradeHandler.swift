package import NIOCore
package import NIOHTTP1
internal import SluiceWire

/// The client's side of the opening handshake (RFC 6455 § 4.1). When the server agrees, the HTTP handlers leave, and
/// `session` takes their place with whatever came behind the answer.
package final class WebSocketUpgradeHandler: ChannelInboundHandler, RemovableChannelHandler {
    package typealias InboundIn = HTTPClientResponsePart
    package typealias OutboundOut = HTTPClientRequestPart

    private enum State {
        case idle
        case waiting
        /// The server agrees; the end of its answer, which the decoder tells too, comes next.
        case agreed
        /// The HTTP handlers leave, which takes a turn of the loop; these bytes came behind the answer.
        case leavingHTTP([NIOAny])
        case refused(HTTPResponseHead, body: ByteBuffer)
        case done
    }

    private let request: HTTPRequestHead
    private let subprotocol: String?
    private let session: any ChannelHandler
    private let codec: [any RemovableChannelHandler]
    private let upgraded: EventLoopPromise<Void>
    private var state = State.idle
    private var timer: Scheduled<Void>?

    /// - Parameters:
    ///   - request: with a `Sec-WebSocket-Key`.
    ///   - subprotocol: the one that was asked for, if any was; without it there is no session.
    ///   - session: takes the bytes of frames.
    ///   - codec: the HTTP handlers before this one, the encoder first.
    ///   - upgraded: told how it went: `Disconnection`, or `ClientError` when it will not go better next time.
    package init(
        request: HTTPRequestHead, subprotocol: String?, session: any ChannelHandler,
        codec: [any RemovableChannelHandler], upgraded: EventLoopPromise<Void>
    ) {
        self.request = request
        self.subprotocol = subprotocol
        self.session = session
        self.codec = codec
        self.upgraded = upgraded
    }

    package func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { begin(context) }
    }

    package func channelActive(context: ChannelHandlerContext) {
        begin(context)
        context.fireChannelActive()
    }

    private func begin(_ context: ChannelHandlerContext) {
        guard case .idle = state else { return }
        state = .waiting
        context.write(wrapOutboundOut(.head(request)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: SluiceClient.connectTime) { [self] in
            fail(context, Disconnection(reason: "no answer to the handshake in time"))
        }
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .leavingHTTP(let early) = state {
            state = .leavingHTTP(early + [data])
            return
        }
        switch (state, unwrapInboundIn(data)) {
        case (.waiting, .head(let head)) where head.status == .switchingProtocols:
            do throws(ClientError) {
                try check(head)
                state = .agreed
            } catch {
                fail(context, error)
            }
        case (.agreed, .end):
            leaveHTTP(context)
        case (.waiting, .head(let head)):
            state = .refused(head, body: ByteBuffer())
        case (.refused(let head, var body), .body(var part)):
            let room = Refusal.maximumBodyBytes - body.readableBytes
            if let slice = part.readSlice(length: min(room, part.readableBytes)) { body.writeImmutableBuffer(slice) }
            state = .refused(head, body: body)
        case (.refused(let head, let body), .end):
            fail(context, Refusal(status: head.status, headers: head.headers, body: body).asEndOfConnection)
        case (.idle, _), (.waiting, _), (.agreed, _), (.leavingHTTP, _), (.refused, .head), (.done, _):
            break
        }
    }

    package func channelInactive(context: ChannelHandlerContext) {
        if case .refused(let head, let body) = state {
            fail(context, Refusal(status: head.status, headers: head.headers, body: body).asEndOfConnection)
        } else {
            fail(context, Disconnection(reason: "the connection was closed"))
        }
        context.fireChannelInactive()
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(context, Disconnection(reason: "\(ConnectionFault(error))"))
    }

    /// The promise is kept in every case, also when the connection is given up before it was made.
    package func handlerRemoved(context: ChannelHandlerContext) {
        fail(context, Disconnection(reason: "the connection was closed"))
    }

    /// RFC 6455 § 4.1, the client's steps on the server's response.
    private func check(_ head: HTTPResponseHead) throws(ClientError) {
        let accept = WebSocketHandshake.accept(forKey: request.headers.first(name: "sec-websocket-key") ?? "")
        guard head.headers[canonicalForm: "upgrade"].contains(where: { $0.lowercased() == "websocket" }),
            head.headers[canonicalForm: "connection"].contains(where: { $0.lowercased() == "upgrade" }),
            head.headers.first(name: "sec-websocket-accept") == accept
        else { throw .violation("the answer to the WebSocket handshake is not one (RFC 6455 § 4.1)") }
        guard head.headers.first(name: "sec-websocket-protocol") == subprotocol else {
            throw .violation("the server speaks WebSocket, but not \(subprotocol ?? "without a subprotocol")")
        }
        guard head.headers.first(name: "sec-websocket-extensions") == nil else {
            throw .violation("the server uses a WebSocket extension that it was not offered (RFC 6455 § 9.1)")
        }
    }

    private func leaveHTTP(_ context: ChannelHandlerContext) {
        state = .leavingHTTP([])
        timer?.cancel()
        let removals = codec.map { handler in
            let removed = context.eventLoop.makePromise(of: Void.self)
            context.pipeline.syncOperations.removeHandler(handler, promise: removed)
            return removed.futureResult
        }
        EventLoopFuture.andAllSucceed(removals, on: context.eventLoop).assumeIsolated().whenComplete { [self] result in
            switch result {
            case .success: startSession(context)
            case .failure(let error): fail(context, error)
            }
        }
    }

    private func startSession(_ context: ChannelHandlerContext) {
        guard case .leavingHTTP(let early) = state else { return }
        state = .done
        do {
            try context.pipeline.syncOperations.addHandler(session, position: .after(self))
        } catch {
            upgraded.fail(error)
            return context.close(promise: nil)
        }
        for data in early { context.fireChannelRead(data) }
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
        upgraded.succeed()
    }

    private func fail(_ context: ChannelHandlerContext, _ error: any Error) {
        if case .done = state { return }
        state = .done
        timer?.cancel()
        upgraded.fail(error)
        context.close(promise: nil)
    }
}

@available(*, unavailable)
extension WebSocketUpgradeHandler: Sendable {}
