internal import NIOCore
internal import SluiceWire

/// The client's side of a session, the last handler of its channel: it keeps what came until it is asked for, answers
/// pings and the close frame, and reads no further while enough is waiting.
final class WebSocketClientHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// How many messages may wait before the socket is not read any more.
    private static let maximumWaiting = 64

    private var receiver: WebSocketReceiver
    private var generator: any RandomNumberGenerator
    private var waiting = CircularBuffer<WebSocketInput>()
    private var asked: EventLoopPromise<WebSocketInput>?
    /// Why nothing more comes.
    private var end: (any Error)?
    private var isReadHeld = false
    private var context: ChannelHandlerContext?

    init(maximumMessageBytes: Int, generator: any RandomNumberGenerator = SystemRandomNumberGenerator()) {
        receiver = WebSocketReceiver(role: .client, maximumMessageBytes: maximumMessageBytes)
        self.generator = generator
    }

    // MARK: For the owner

    /// The next message or close frame; one call at a time.
    ///
    /// - Throws: into the future, `Disconnection` or `protocolViolation` when there is none.
    func next(on eventLoop: any EventLoop) -> EventLoopFuture<WebSocketInput> {
        precondition(asked == nil, "one call at a time")
        let promise = eventLoop.makePromise(of: WebSocketInput.self)
        if let input = waiting.popFirst() {
            promise.succeed(input)
            readOn()
        } else if let end {
            promise.fail(end)
        } else {
            asked = promise
            readOn()
        }
        return promise.futureResult
    }

    func send(_ text: ByteBuffer) {
        write(.text, text)
    }

    /// Says goodbye and closes without waiting for the answer, which nobody would read.
    func close(_ code: WebSocketCloseCode) {
        guard let context, end == nil else { return }
        let frame = WebSocketFrame.close(code, maskingKey: .random(using: &generator))
        context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
        finish(Disconnection(reason: "the session was closed"))
    }

    // MARK: The channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        finish(Disconnection(reason: "the connection was closed"))
        self.context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish(Disconnection(reason: "the connection was closed"))
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        receiver.append(unwrapInboundIn(data))
        do throws(WebSocketError) {
            while let input = try receiver.next() { received(input) }
        } catch {
            let frame = WebSocketFrame.close(error.code, reason: error.message, maskingKey: .random(using: &generator))
            context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
            finish(ClientError.violation("the session is not one of WebSocket: \(error)"))
        }
    }

    func read(context: ChannelHandlerContext) {
        if waiting.count < Self.maximumWaiting { context.read() } else { isReadHeld = true }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // While messages wait, nothing is read, and silence means nothing.
        if event is IdleStateHandler.IdleStateEvent, waiting.isEmpty {
            finish(Disconnection(reason: "nothing came for too long"))
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        finish(Disconnection(reason: "\(ConnectionFault(error))"))
    }

    // MARK: Inside

    private func received(_ input: WebSocketInput) {
        switch input {
        case .ping(let data):
            write(.pong, data)
        case .pong:
            break
        case .close(let code, _):
            let frame = WebSocketFrame.close(code, maskingKey: .random(using: &generator))
            context?.writeAndFlush(wrapOutboundOut(frame), promise: nil)
            hand(over: input)
            finish(Disconnection(reason: "the session was closed"))
        case .text, .binary:
            hand(over: input)
        }
    }

    private func hand(over input: WebSocketInput) {
        if let asked {
            self.asked = nil
            asked.succeed(input)
        } else {
            waiting.append(input)
        }
    }

    private func write(_ opcode: WebSocketOpcode, _ payload: ByteBuffer) {
        guard let context, end == nil else { return }
        let frame = WebSocketFrame.encode(opcode, payload, maskingKey: .random(using: &generator))
        context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
    }

    private func readOn() {
        guard isReadHeld, waiting.count < Self.maximumWaiting else { return }
        isReadHeld = false
        context?.read()
    }

    private func finish(_ error: any Error) {
        guard end == nil else { return }
        end = error
        asked?.fail(error)
        asked = nil
        context?.close(promise: nil)
    }
}

@available(*, unavailable)
extension WebSocketClientHandler: Sendable {}
