package import NIOCore

/// What streams are told and how often.
package struct EventStreamConfiguration: Sendable {
    /// The reconnection time that clients are told, with up to half as much again of jitter.
    package var retry = TimeAmount.seconds(2)
    /// How long a stream may be silent before it gets a heartbeat.
    package var heartbeat = TimeAmount.seconds(15)

    /// Whether streams are compressed for clients that accept gzip.
    package var gzip = true

    package init() {}
}
