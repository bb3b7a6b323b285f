package import NIOCore

/// What publishers and readers of history are granted.
package struct HTTPConfiguration: Sendable {
    /// Events of a history page when the request does not say.
    package var pageEvents = 100
    /// The most events of a history page.
    package var maximumPageEvents = 1000
    /// A history page ends with the event that reaches this many bytes of data.
    package var pageBytes = 1 << 20
    /// The longest that a long-poll waits.
    package var longPoll = TimeAmount.seconds(60)
    /// Events of one batch.
    package var batchEvents = 1000

    package init() {}
}
