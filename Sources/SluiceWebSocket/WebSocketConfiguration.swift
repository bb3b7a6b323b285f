package import NIOCore

/// What sessions are granted.
package struct WebSocketConfiguration: Sendable {
    /// Bytes of one message from a client, over all of its frames.
    package var messageBytes = 1 << 20
    /// How often a client is pinged; one that stays silent from one ping to the next is dead. Idle sessions of
    /// `sluice.v1.json` are told their cursor as often.
    package var heartbeat = TimeAmount.seconds(25)
    /// How long a client may take to answer a close frame.
    package var closeTime = TimeAmount.seconds(5)
    /// Messages a second that one client may send, averaged over a second or so; nil for no limit.
    package var messagesPerSecond: Int? = 1000

    /// Whether messages are compressed for clients that offer it (RFC 7692).
    package var permessageDeflate = true

    package init() {}
}
