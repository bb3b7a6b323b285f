package import SluiceLog
package import SluiceTopics

/// What a wire says in its own words: everything about a subscription except its events. Called on the
/// subscriber's event loop; what is written here comes between the events exactly where it belongs.
package protocol SubscriberDelegate: AnyObject {
    /// Events are lost; delivery goes on behind them.
    func missed(_ gap: MissedEvents, in subscription: Subscription)

    /// The topic has had its last event.
    ///
    /// - Parameter position: how far the subscription has been served, which may be further than the topic's end: a
    ///   client that resumes there gets nothing twice.
    func ended(_ topic: EndedTopic, at position: Position, in subscription: Subscription)

    /// The subscription has read all that there was and is live from this position on; a subscription that only
    /// lagged is not reported again.
    func wentLive(_ subscription: Subscription, at position: Position)

    /// The gateway is draining, and everything that there was has been handed over.
    func sentAway()

    /// The log could not be read; the subscriber gets nothing more.
    func failed(_ error: ReadError)
}
