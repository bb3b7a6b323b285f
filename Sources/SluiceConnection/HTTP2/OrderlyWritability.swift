internal import NIOCore
internal import NIOHTTP2

/// Has the HTTP/2 handler flush what it holds before it hears that the channel is writable again. That can be while it is
/// flushing, and it may hold the HEADERS of another answer, written since: those not being flushed, it would send that
/// answer's DATA before them (nio-http2 1.46).
final class OrderlyWritability: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let multiplexer: NIOHTTP2Handler
    private var multiplexerContext: ChannelHandlerContext?

    /// - Parameter multiplexer: the next handler of the pipeline.
    init(before multiplexer: NIOHTTP2Handler) {
        self.multiplexer = multiplexer
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        multiplexerContext = nil
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if multiplexerContext == nil {
            multiplexerContext = try? context.pipeline.syncOperations.context(handler: multiplexer)
        }
        if context.channel.isWritable, let multiplexerContext {
            // Not from the end of the pipeline, where a flush can be put off.
            multiplexer.flush(context: multiplexerContext)
        }
        context.fireChannelWritabilityChanged()
    }
}

@available(*, unavailable)
extension OrderlyWritability: Sendable {}
