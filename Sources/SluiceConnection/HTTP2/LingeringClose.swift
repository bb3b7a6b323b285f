internal import NIOCore

/// Closes a connection so that the peer can read all that was sent: the gateway's side first, and the whole when the peer
/// has closed its own or has had two seconds for it. To close at once, with input unread, would reset the connection and
/// could destroy the last frames.
final class LingeringClose: ChannelDuplexHandler, DeadlineOwner {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer

    private let eventLoop: any EventLoop
    private var context: ChannelHandlerContext?
    private var isClosing = false
    var deadline = Deadline()

    init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        deadline.cancel()
        self.context = nil
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode == .all else { return context.close(mode: mode, promise: promise) }
        guard !isClosing else { return context.channel.closeFuture.cascade(to: promise) }
        isClosing = true
        deadline.set(in: .seconds(2), on: eventLoop, for: self)
        context.channel.closeFuture.cascade(to: promise)
        context.flush()
        context.close(mode: .output, promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if !isClosing { context.fireChannelRead(data) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard isClosing, let event = event as? ChannelEvent, event == .inputClosed else {
            return context.fireUserInboundEventTriggered(event)
        }
        context.close(promise: nil)
    }

    func deadlinePassed() {
        context?.close(promise: nil)
    }
}

@available(*, unavailable)
extension LingeringClose: Sendable {}
