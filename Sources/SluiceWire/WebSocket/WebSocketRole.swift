/// The side of a WebSocket connection that a receiver is on. A server is sent masked frames, a client unmasked ones
/// (RFC 6455 § 5.1).
package enum WebSocketRole: Hashable, Sendable {
    case server
    case client
}
