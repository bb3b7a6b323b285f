import NIOCore
import NIOEmbedded

/// The end of a pipeline: keeps what is flushed until the peer reads it, and is full when the test says that the peer
/// does not read. It closes its sending side alone, as a TCP connection can.
final class TestSocket: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer

    private let channel: EmbeddedChannel
    private var unflushed = ByteBuffer()
    private var sent = ByteBuffer()
    private var isStalled = false
    private(set) var isOutputClosed = false

    init(_ channel: EmbeddedChannel) {
        self.channel = channel
    }

    /// What has arrived at the peer since the last time.
    func read() -> ByteBuffer {
        defer { sent = ByteBuffer() }
        return sent
    }

    /// Bytes that wait for the peer to read.
    var waitingBytes: Int { unflushed.readableBytes }

    /// The peer stops to read, and the socket is full.
    func stall() {
        isStalled = true
        set(isWritable: false)
    }

    /// The peer reads all that there is.
    func resume() {
        isStalled = false
        moveUnflushed()
        set(isWritable: true)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        unflushed.writeImmutableBuffer(unwrapOutboundIn(data))
        promise?.succeed()
    }

    func flush(context: ChannelHandlerContext) {
        if !isStalled { moveUnflushed() }
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
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
