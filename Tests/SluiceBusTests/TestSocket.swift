import NIOCore
import NIOEmbedded

/// The end of a pipeline: keeps what is written, counts the flushes, and is full when the test says that the peer
/// does not read.
final class TestSocket: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer

    private let channel: EmbeddedChannel
    private let capacity: Int
    /// Every buffer in the order in which it was written.
    private(set) var written: [ByteBuffer] = []
    private(set) var flushes = 0
    /// Called when something is about to be flushed.
    var onFlush: (() -> Void)?
    private var waiting = 0
    private var isStalled = false

    /// - Parameter capacity: how many bytes may wait before the channel is not writable.
    init(_ channel: EmbeddedChannel, capacity: Int) {
        self.channel = channel
        self.capacity = capacity
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let buffer = unwrapOutboundIn(data)
        written.append(buffer)
        waiting += buffer.readableBytes
        if waiting > capacity, channel.isWritable { set(isWritable: false) }
        promise?.succeed()
    }

    func flush(context: ChannelHandlerContext) {
        flushes += 1
        onFlush?()
        if !isStalled { drain() }
    }

    /// The peer stops to read; the socket is full with the next byte.
    func stall() {
        isStalled = true
        if channel.isWritable { set(isWritable: false) }
    }

    /// The peer stops to read, but the socket has room for `capacity` bytes.
    func stallWithRoom() {
        isStalled = true
    }

    /// The peer reads all that there is.
    func resume() {
        isStalled = false
        drain()
    }

    private func drain() {
        waiting = 0
        if !channel.isWritable { set(isWritable: true) }
    }

    private func set(isWritable: Bool) {
        channel.isWritable = isWritable
        channel.pipeline.fireChannelWritabilityChanged()
    }
}
