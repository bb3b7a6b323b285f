internal import NIOCore

/// Sees which frames are sent (RFC 9113 § 4.1): the one thing that tells an error of the connection, which is answered
/// with GOAWAY at once, from an error of a stream.
final class SentFrames: ChannelOutboundHandler {
    typealias OutboundIn = IOData

    /// Whether GOAWAY with an error code was sent.
    private(set) var includeError = false
    /// How much of the last frame's payload is still to come.
    private var payloadBytes = 0

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .byteBuffer(let bytes) = unwrapOutboundIn(data) { note(bytes) }
        context.write(data, promise: promise)
    }

    private func note(_ bytes: ByteBuffer) {
        var bytes = bytes
        while bytes.readableBytes > 0 {
            if payloadBytes == 0 {
                // Only the payload of DATA is written apart from its header.
                guard let length = bytes.readInteger(as: UInt32.self), bytes.readableBytes >= 5 else { return }
                payloadBytes = Int(length >> 8)
                bytes.moveReaderIndex(forwardBy: 5)
                if length & 0xFF == 0x7, let code = bytes.getInteger(at: bytes.readerIndex + 4, as: UInt32.self) {
                    includeError = includeError || code != 0
                }
            }
            let count = min(payloadBytes, bytes.readableBytes)
            bytes.moveReaderIndex(forwardBy: count)
            payloadBytes -= count
        }
    }
}

@available(*, unavailable)
extension SentFrames: Sendable {}
