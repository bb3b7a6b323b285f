internal import NIOCore

/// Sees which frames are sent (RFC 9113 § 4.1): the one thing that tells an error of a stream from one of the connection.
final class SentFrames: ChannelOutboundHandler {
    typealias OutboundIn = IOData

    /// Whether the last one was RST_STREAM.
    private(set) var endWithReset = false
    /// How much of the last one's payload is still to come.
    private var payloadBytes = 0

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .byteBuffer(let bytes) = unwrapOutboundIn(data) { note(bytes) }
        context.write(data, promise: promise)
    }

    private func note(_ bytes: ByteBuffer) {
        var bytes = bytes
        while bytes.readableBytes > 0 {
            if payloadBytes == 0 {
                // A header is not divided between two writes.
                guard let length = bytes.readInteger(as: UInt32.self), bytes.readableBytes >= 5 else { return }
                payloadBytes = Int(length >> 8)
                endWithReset = length & 0xFF == 0x3
                bytes.moveReaderIndex(forwardBy: 5)
            }
            let count = min(payloadBytes, bytes.readableBytes)
            bytes.moveReaderIndex(forwardBy: count)
            payloadBytes -= count
        }
    }
}

@available(*, unavailable)
extension SentFrames: Sendable {}
