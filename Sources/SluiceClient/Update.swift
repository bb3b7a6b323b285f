/// What a subscriber is told.
package enum Update: Hashable, Sendable {
    /// An event, once: one that a new connection brings again is left out.
    case event(ReceivedEvent)
    case gap(Gap)
    /// A topic has had its last event. The subscription ends by itself when this was said of all that it selects.
    case ended(topic: String)
    /// There is a connection, and the gateway knows of the whole subscription: what is published from now on comes.
    /// The cursor is where it goes on from, if that is one place.
    ///
    /// Over WebSocket, events of the first selections may come before this when there are several.
    case connected(cursor: String?)
    /// There is no connection any more, or still none. The next attempt comes after `retryIn`.
    case disconnected(reason: String, retryIn: Duration)

    /// Events that are lost to this subscriber; delivery goes on behind them.
    package struct Gap: Hashable, Sendable {
        /// The topics and patterns that lost something.
        package var topics: [String]
        /// The cursor behind which events are missing.
        package var after: String?
        /// The event that delivery goes on with, if there is one yet.
        package var oldest: String?

        package init(topics: [String], after: String?, oldest: String?) {
            self.topics = topics
            self.after = after
            self.oldest = oldest
        }
    }
}
