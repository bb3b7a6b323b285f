package import SluiceWire

/// The proxies in front of the gateway, and how they say for whom they ask. What anybody else says is not believed.
package struct TrustedProxies: Sendable {
    /// Where a proxy connects from.
    package enum Source: Hashable, Sendable {
        case network(IPNetwork)
        /// Whoever may connect to a listener that is a Unix socket.
        case unixSocket
    }

    package var sources: [Source] = []
    /// The field that the proxies set or append to. Only one is looked at: a proxy passes on the other as its client
    /// wrote it.
    package var field = ForwardedField.xForwardedFor

    package init() {}

    /// - Parameter address: nil for the other end of a Unix socket.
    package func contains(_ address: IPAddress?) -> Bool {
        sources.contains { source in
            switch source {
            case .network(let network): address.map(network.contains) ?? false
            case .unixSocket: address == nil
            }
        }
    }

    /// The nearest address that is not a trusted proxy's: each proxy vouches for the hop before it, and who is not
    /// trusted for nothing. It is a proxy's own when it does not say for whom it asks.
    ///
    /// - Parameters:
    ///   - address: the connection's; nil for the other end of a Unix socket.
    ///   - hops: as the fields name them, the nearest last; nil for what is no address.
    package func client(behind address: IPAddress?, hops: [IPAddress?]) -> IPAddress? {
        var client = address
        for hop in hops.reversed() {
            guard contains(client), let hop else { break }
            client = hop
        }
        return client
    }
}
