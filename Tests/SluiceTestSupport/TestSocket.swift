package import NIOCore
package import NIOEmbedded

/// The end of a pipeline: keeps what is flushed until the peer reads it, and is full when the test says that the peer
/// does not read. It closes its sending side alone, as a TCP connection can.
package final class TestSocket: ChannelOutboundHandler {
    package typealias OutboundIn = ByteBuffer

    private let channel: EmbeddedChannel
    private var unflushed = ByteBuffer()
    private var sent = ByteBuffer()
    private var isStalled = false
    package private(set) var isOutputClosed = false

    package init(_ channel: EmbeddedChannel) {
        self.channel = channel
    }

    /// What has arrived at the peer since the last time.
    package func read() -> ByteBuffer {
        defer { sent = ByteBuffer() }
        return sent
    }

    /// Bytes that wait for the peer to read.
    package var waitingBytes: Int { unflushed.readableBytes }

    /// The peer stops to read, and the socket is full.
    package func stall() {
        isStalled = true
        set(isWritable: false)
    }

    /// The peer reads all that there is.
    package func resume() {
        isStalled = false
        moveUnflushed()
        set(isWritable: true)
    }

    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        unflushed.writeImmutableBuffer(unwrapOutboundIn(data))
        promise?.succeed()
    }

    package func flush(context: ChannelHandlerContext) {
        if !isStalled { moveUnflushed() }
    }

    package func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        switch mode {
        case .output:
            isOutputClosed = true
            promise?.succeed()
        case .input, .all:
            context.close(mode: mode, promise: promise)
        }
    }

    private func moveUnflushed() {
        sent.writeImmutableBuffer(unflushed)
        unflushed.clear()
    }

    private func set(isWritable: Bool) {
        channel.isWritable = isWritable
        channel.pipeline.fireChannelWritabilityChanged()
    }
}
