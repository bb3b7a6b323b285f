/// What a hub did since it was last asked.
package struct DeliveryCounts: Hashable, Sendable {
    /// Live deliveries, by `DeliveryFormat.rawValue`.
    package var delivered = [Int](repeating: 0, count: DeliveryFormat.allCases.count)
    package var deliveredBytes = 0
    /// Events that subscribers read from the log: catching up and lagging.
    package var replayed = 0
    /// How often a live subscriber began to lag.
    package var lagged = 0
    package var gaps = 0

    package init() {}
}
