package import NIOCore

/// One thing that the other side said: a whole message, or a control frame.
package enum WebSocketInput: Hashable, Sendable {
    /// Valid UTF-8.
    case text(ByteBuffer)
    case binary(ByteBuffer)
    /// At most 125 bytes, to be sent back in a pong (RFC 6455 § 5.5.2).
    case ping(ByteBuffer)
    case pong(ByteBuffer)
    /// The last input. The code is nil when the frame had none; one that is there may be sent back
    /// (RFC 6455 § 5.5.1). The reason has at most 123 bytes.
    case close(WebSocketCloseCode?, reason: String)
}
