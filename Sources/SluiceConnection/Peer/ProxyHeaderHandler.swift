internal import NIOCore
internal import SluiceWire

/// The first handler of a connection to a listener that wants a PROXY header: reads it, has the connection begin, and
/// leaves. What is no such header closes the connection.
final class ProxyHeaderHandler: ChannelInboundHandler, RemovableChannelHandler, DeadlineOwner {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let loop: LoopContext
    private let begin: (ProxyHeader) throws -> Void
    private var context: ChannelHandlerContext?
    private var received = ByteBuffer()
    private var hasBegun = false
    var deadline = Deadline()

    /// - Parameter begin: adds the handlers that the bytes behind the header are for.
    init(loop: LoopContext, begin: @escaping (ProxyHeader) throws -> Void) {
        self.loop = loop
        self.begin = begin
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        loop.add(self)
        deadline.set(in: loop.core.configuration.limits.requestTime, on: loop.eventLoop, for: self)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        deadline.cancel()
        loop.remove(self)
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !hasBegun else { return context.fireChannelRead(data) }
        received.writeImmutableBuffer(unwrapInboundIn(data))
        do {
            guard let header = try ProxyHeader(readingFrom: &received) else { return }
            hasBegun = true
            deadline.cancel()
            try begin(header)
        } catch {
            refuse("\(error)")
            return
        }
        if received.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(received)) }
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if !hasBegun, let event = event as? ChannelEvent, event == .inputClosed { return context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard hasBegun else { return context.close(promise: nil) }
        context.fireErrorCaught(error)
    }

    func deadlinePassed() {
        refuse("the PROXY header took too long")
    }

    private func refuse(_ reason: String) {
        guard let context else { return }
        loop.core.refuseProxyHeader(from: IPAddress(context.channel.remoteAddress), reason)
        context.close(promise: nil)
    }
}

extension ProxyHeaderHandler: Drainable {
    /// Nothing has been asked for.
    func drain() {
        context?.close(promise: nil)
    }
}

@available(*, unavailable)
extension ProxyHeaderHandler: Sendable {}
