/// Carries a subscription over connections, one after the other.
protocol WireConnector {
    /// What the gateway asked to wait before the next attempt, as far as it is known.
    var reconnectionTime: Duration? { get }

    /// Opens a connection that goes on where the last one stopped.
    ///
    /// - Throws: `Disconnection` for what may work later, anything else for what will not.
    mutating func connect() async throws

    /// Waits until something comes.
    ///
    /// - Returns: what it means, which may be nothing; nil when the subscription is over.
    /// - Throws: as `connect()` does. There is no connection then.
    mutating func receive() async throws -> [Update]?
}
