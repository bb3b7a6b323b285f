/// What the subscribers of one pattern are given of the events that a hub drains in one turn of its loop. The rest they read
/// from the log, in turns of their own.
package struct DrainBudget: Sendable {
    /// So many events they get in any case.
    package var leastEvents = 16
    /// Beyond that, they get events as long as these were not more deliveries, events times subscribers.
    package var mostDeliveries = 65_536

    package init() {}
}
