/// How a subscription is carried.
package enum Wire: String, Hashable, Sendable, CaseIterable {
    /// Server-Sent Events (HTML Standard § 9.2).
    case eventStream = "sse"
    /// WebSocket (RFC 6455) with `sluice.v1.json`.
    case webSocket = "ws"
}
