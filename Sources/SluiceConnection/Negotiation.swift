internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTP2
internal import NIOSSL
internal import NIOTLS

/// The first handler of a connection: finds out which HTTP it is to speak, and leaves.
///
/// Over TLS the handshake says so (RFC 7301); in clear text a client that knows that HTTP/2 is spoken here begins with
/// its preface (RFC 9113 § 3.3), and any other byte is HTTP/1.1.
final class Negotiation: ChannelInboundHandler, RemovableChannelHandler, DeadlineOwner {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    private let loop: LoopContext
    private let peer: Peer
    private let isTLS: Bool
    private var context: ChannelHandlerContext?
    private var received = ByteBuffer()
    var deadline = Deadline()

    init(loop: LoopContext, peer: Peer, isTLS: Bool) {
        self.loop = loop
        self.peer = peer
        self.isTLS = isTLS
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
        received.writeImmutableBuffer(unwrapInboundIn(data))
        guard !isTLS else { return }
        let seen = received.readableBytesView.prefix(Negotiation.preface.count)
        if !Negotiation.preface.starts(with: seen) {
            finish(http2: false)
        } else if seen.count == Negotiation.preface.count {
            finish(http2: true)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted(let protocolName)? = event as? TLSUserEvent {
            finish(http2: protocolName == "h2")
        } else if let event = event as? ChannelEvent, event == .inputClosed {
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if case .handshakeFailed? = error as? NIOSSLError { loop.core.instruments.refused("tls-handshake") }
        context.close(promise: nil)
    }

    func deadlinePassed() {
        context?.close(promise: nil)
    }

    private func finish(http2: Bool) {
        guard let context else { return }
        deadline.cancel()
        do {
            if http2 {
                try HTTP2Connection.begin(on: context.channel, loop: loop, peer: peer)
            } else {
                try HTTP1Connection.begin(on: context.channel, loop: loop, peer: peer, isTLS: isTLS)
            }
        } catch {
            return context.close(promise: nil)
        }
        if received.readableBytes > 0 {
            context.fireChannelRead(wrapInboundOut(received))
            context.fireChannelReadComplete()
        }
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }
}

extension Negotiation: Drainable {
    /// Nothing has been asked for.
    func drain() {
        context?.close(promise: nil)
    }
}

@available(*, unavailable)
extension Negotiation: Sendable {}
