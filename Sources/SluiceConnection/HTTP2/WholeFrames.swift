internal import NIOCore

/// Passes on whole frames (RFC 9113 § 4.1), so that the HTTP/2 handler is left with nothing behind each: what it is left
/// with it adds to a buffer that it only empties when all of it was used, and that a client could have grow without end
/// (nio-http2 1.46).
final class WholeFrames: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    /// § 4.2: the largest payload of a frame, unless another was announced. What is larger is refused by its header.
    private static let maximumPayload = 16_384
    /// § 3.4: what the client begins with.
    private static let prefaceBytes = 24

    /// The beginning of a frame.
    private var held = ByteBuffer()
    private var isPrefaceDue = true

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        if held.readableBytes == 0 { held = bytes } else { held.writeImmutableBuffer(bytes) }
        guard let frames = held.readSlice(length: wholeBytes), frames.readableBytes > 0 else { return }
        isPrefaceDue = false
        // A copy, which does not keep the buffer of the read alive.
        held = held.readableBytes > 0 ? ByteBuffer(buffer: held) : ByteBuffer()
        context.fireChannelRead(wrapInboundOut(frames))
    }

    /// How many of the bytes held are whole frames.
    private var wholeBytes: Int {
        var end = isPrefaceDue ? Self.prefaceBytes : 0
        guard held.readableBytes >= end else { return 0 }
        while let header = held.getInteger(at: held.readerIndex + end, as: UInt32.self) {
            let payload = Int(header >> 8)
            if payload > Self.maximumPayload { return held.readableBytes }
            guard held.readableBytes >= end + 9 + payload else { break }
            end += 9 + payload
        }
        return end
    }
}

@available(*, unavailable)
extension WholeFrames: Sendable {}
