internal import NIOCore
internal import SluiceConnection

/// The answer to the one whose request is relayed: the provider's bytes as they come, at once and untouched.
///
/// Who does not read them is not waited for: when more is buffered than a connection may hold, it is closed, and the
/// generation goes on without it. It can be watched from where the client stopped.
final class RelayedStream: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let maximumBytes: Int
    private let isChunked: Bool
    private var context: ChannelHandlerContext?
    /// What came before the head was written.
    private var early: [Instruction] = []
    private var unsentBytes = 0
    private var isOver = false

    private enum Instruction {
        case write(ByteBuffer)
        case end
        case abort
    }

    /// - Parameters:
    ///   - maximumBytes: that may wait to be sent.
    ///   - isChunked: whether the answer goes in chunks (RFC 9112 § 7.1).
    init(maximumBytes: Int, isChunked: Bool) {
        self.maximumBytes = maximumBytes
        self.isChunked = isChunked
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        let early = early
        self.early = []
        unsentBytes = 0
        for instruction in early { perform(instruction) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func write(_ bytes: ByteBuffer) { perform(.write(bytes)) }

    /// The answer is complete.
    func end() { perform(.end) }

    /// The answer broke off, and the client is to see that it did.
    func abort() { perform(.abort) }

    private func perform(_ instruction: Instruction) {
        guard !isOver else { return }
        guard let context else { return wait(with: instruction) }
        switch instruction {
        case .write(let bytes):
            guard bytes.readableBytes > 0 else { return }
            unsentBytes += bytes.readableBytes
            guard unsentBytes <= maximumBytes else { return perform(.abort) }
            let sent = context.eventLoop.makePromise(of: Void.self)
            sent.futureResult.assumeIsolated().whenComplete { _ in self.unsentBytes -= bytes.readableBytes }
            context.writeAndFlush(wrapOutboundOut(isChunked ? Self.chunk(bytes) : bytes), promise: sent)
        case .end:
            isOver = true
            if isChunked { context.writeAndFlush(wrapOutboundOut(Self.lastChunk), promise: nil) }
            context.close(mode: .output, promise: nil)
            closeUnlessItReads()
        case .abort:
            isOver = true
            context.triggerUserOutboundEvent(TakeoverEvent.brokeOff, promise: nil)
            context.close(promise: nil)
        }
    }

    /// Answers to earlier requests of the connection come first.
    private func wait(with instruction: Instruction) {
        if case .write(let bytes) = instruction { unsentBytes += bytes.readableBytes }
        if unsentBytes > maximumBytes { early = [.abort] } else { early.append(instruction) }
    }

    /// A client that has all closes its side; one that does not read the rest is not waited for.
    private func closeUnlessItReads() {
        let before = unsentBytes
        context?.eventLoop.assumeIsolated().scheduleTask(in: .seconds(30)) {
            guard let context = self.context else { return }
            if self.unsentBytes == before { context.close(promise: nil) } else { self.closeUnlessItReads() }
        }
    }

    private static func chunk(_ bytes: ByteBuffer) -> ByteBuffer {
        var chunk = ByteBuffer()
        chunk.reserveCapacity(bytes.readableBytes + 16)
        chunk.writeString(String(bytes.readableBytes, radix: 16))
        chunk.writeStaticString("\r\n")
        chunk.writeImmutableBuffer(bytes)
        chunk.writeStaticString("\r\n")
        return chunk
    }

    private static let lastChunk = ByteBuffer(staticString: "0\r\n\r\n")

    /// A client has nothing to say behind its request.
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard let event = event as? ChannelEvent, event == .inputClosed else {
            return context.fireUserInboundEventTriggered(event)
        }
        context.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}

@available(*, unavailable)
extension RelayedStream: Sendable {}
