package import NIOCore
package import SluiceAccess

/// One request and its answer, whatever version of HTTP carries them. Bound to its connection's event loop.
///
/// Exactly one of `respond` and `takeOver` is called, once, now or later. The body, if it is wanted, is asked for
/// at once; what nobody asked for is discarded.
package final class Exchange {
    package let request: Request
    package let loop: LoopContext
    package var eventLoop: any EventLoop { loop.eventLoop }
    /// Who asks, once the router knows; a failure is answered by each wire in its own words.
    package internal(set) var principal: Result<Principal, Problem> = .failure(.unauthorised("not authenticated"))
    /// Header fields that go with any answer (CORS).
    package internal(set) var extraHeaders: [(String, String)] = []
    /// Whether the client is gone: nobody will see the answer.
    package internal(set) var isAbandoned = false

    /// Whether another handler has what follows the head of the answer.
    package private(set) var isTakenOver = false

    /// Called when the gateway begins to drain, for an answer that would wait for something to happen.
    package var onDrain: (() -> Void)?

    private weak var transport: (any ExchangeTransport)?
    private var bodyState = BodyState.unwanted
    /// Called once if the client goes before it is answered.
    package var onAbandon: (() -> Void)?

    /// Called once when nothing more can come of it: it is answered, its client has gone, or what took it over has
    /// ended.
    private var onEnd: (() -> Void)?

    private enum BodyState {
        case unwanted
        case collecting(ByteBuffer, limit: Int, (Result<ByteBuffer, Problem>) -> Void)
        case streaming(any BodyConsumer)
        case finished
    }

    init(request: Request, loop: LoopContext, transport: any ExchangeTransport) {
        self.request = request
        self.loop = loop
        self.transport = transport
    }

    /// Whether bytes that are written to its connection after a takeover go to the socket as they are.
    package var writesToSocket: Bool { transport?.writesToSocket ?? false }

    /// Whether an answer of unknown length is to be sent in chunks (RFC 9112 § 7.1), if the client is to see that it is
    /// complete.
    package var takesChunks: Bool { transport?.takesChunks(for: self) ?? false }

    // MARK: Answering

    /// Adds header fields to the answer, whatever it will be.
    package func addHeaders(_ headers: [(String, String)]) {
        extraHeaders += headers
    }

    package func respond(_ response: Response) {
        eventLoop.assertInEventLoop()
        guard !isAbandoned else { return }
        forgetCallbacks()
        end()
        var response = response
        if !extraHeaders.isEmpty { response.headers += extraHeaders }
        transport?.respond(response, to: self)
    }

    package func respond(_ problem: Problem) {
        refused(problem)
        respond(problem.response)
    }

    /// Counts and logs a refusal, however it is told.
    package func refused(_ problem: Problem) {
        loop.core.refused(
            problem.type, from: request.address, ["method": "\(request.method)", "path": "\(request.path)"])
    }

    /// Answers with this head and gives what follows, in both directions, to another handler.
    ///
    /// - Parameter makeHandler: called when the head is about to be written, or never if the client goes before.
    package func takeOver(_ head: TakeoverHead, makeHandler: @escaping () -> any ChannelHandler) {
        eventLoop.assertInEventLoop()
        guard !isAbandoned else { return }
        forgetCallbacks()
        isTakenOver = true
        var head = head
        head.headers += extraHeaders
        transport?.takeOver(head, from: self, makeHandler: makeHandler)
    }

    // MARK: The body

    /// Reads the body as a whole. `done` is called once: with the body, or with why there is none. A body that is
    /// longer than `limit` bytes, or takes longer than the request time, is refused.
    package func collectBody(limit: Int, _ done: @escaping (Result<ByteBuffer, Problem>) -> Void) {
        if let length = request.header("content-length").flatMap(Int.init), length > limit {
            return done(.failure(.tooLarge("the body", limit: limit)))
        }
        bodyState = .collecting(ByteBuffer(), limit: limit, done)
        transport?.wantsBody(of: self, isStream: false)
    }

    /// Reads the body as it comes, with a limit on idleness instead of one on the whole time.
    package func streamBody(to consumer: any BodyConsumer) {
        bodyState = .streaming(consumer)
        transport?.wantsBody(of: self, isStream: true)
    }

    /// Whether what arrives of the body has to wait: while it is set, the connection is not read.
    package var isBodyPaused = false {
        didSet { if isBodyPaused != oldValue { transport?.bodyPauseChanged() } }
    }

    func bodyReceived(_ bytes: ByteBuffer) {
        switch bodyState {
        case .unwanted, .finished:
            break
        case .collecting(var body, let limit, let done):
            guard body.readableBytes + bytes.readableBytes <= limit else {
                bodyState = .finished
                return done(.failure(.tooLarge("the body", limit: limit)))
            }
            bodyState = .unwanted
            if body.readableBytes == 0 { body = bytes } else { body.writeImmutableBuffer(bytes) }
            bodyState = .collecting(body, limit: limit, done)
        case .streaming(let consumer):
            consumer.received(bytes)
        }
    }

    func bodyEnded() {
        let state = bodyState
        bodyState = .finished
        switch state {
        case .unwanted, .finished: break
        case .collecting(let body, _, let done): done(.success(body))
        case .streaming(let consumer): consumer.ended()
        }
    }

    /// The body will not come to its end.
    func bodyFailed(_ problem: Problem) {
        let state = bodyState
        bodyState = .finished
        switch state {
        case .unwanted, .finished: break
        case .collecting(_, _, let done): done(.failure(problem))
        case .streaming(let consumer): consumer.failed(problem)
        }
    }

    func drain() {
        onDrain?()
        onDrain = nil
    }

    func abandon() {
        guard !isAbandoned else { return }
        isAbandoned = true
        end()
        bodyFailed(Problem.badRequest("incomplete-body", "the connection closed before the body was complete"))
        onAbandon?()
        forgetCallbacks()
    }

    // MARK: Its end

    /// - Parameter action: called once, when nothing more can come of the exchange.
    package func whenEnded(_ action: @escaping () -> Void) {
        guard let before = onEnd else {
            onEnd = action
            return
        }
        onEnd = {
            before()
            action()
        }
    }

    /// It was taken over, and ends when the channel closes.
    func lasts(as channel: any Channel) {
        guard let onEnd else { return }
        self.onEnd = nil
        channel.closeFuture.assumeIsolated().whenComplete { _ in onEnd() }
    }

    private func end() {
        let action = onEnd
        onEnd = nil
        action?()
    }

    /// They hold whoever is answering, who holds the exchange.
    private func forgetCallbacks() {
        onAbandon = nil
        onDrain = nil
    }
}

@available(*, unavailable)
extension Exchange: Sendable {}

/// Takes a body as it arrives.
package protocol BodyConsumer: AnyObject {
    func received(_ bytes: ByteBuffer)
    func ended()
    /// The body broke off: a timeout, a framing error, a lost connection, or the gateway is draining.
    func failed(_ problem: Problem)
}

/// The head of an answer that never ends by itself.
package struct TakeoverHead: Sendable {
    /// 101 for a WebSocket, 200 for a stream.
    package var status: Int
    package var headers: [(String, String)]

    package init(status: Int, headers: [(String, String)]) {
        self.status = status
        self.headers = headers
    }
}

/// What a handler that took over tells its channel.
package enum TakeoverEvent: Sendable {
    /// What was answered is not complete, and the close that follows is not to pass for its end. Without TLS or HTTP/2
    /// only an answer in chunks shows it.
    case brokeOff
}

/// What a version of HTTP does for its exchanges.
protocol ExchangeTransport: AnyObject {
    func respond(_ response: Response, to exchange: Exchange)
    func takeOver(_ head: TakeoverHead, from exchange: Exchange, makeHandler: @escaping () -> any ChannelHandler)
    func wantsBody(of exchange: Exchange, isStream: Bool)
    func bodyPauseChanged()
    /// Whether nothing is put around the bytes that follow a takeover.
    var writesToSocket: Bool { get }
    func takesChunks(for exchange: Exchange) -> Bool
}

extension ExchangeTransport {
    /// Only HTTP/1.1 has them; HTTP/2 says itself where an answer ends.
    func takesChunks(for exchange: Exchange) -> Bool { false }
}
