package import AsyncHTTPClient
internal import NIOCore
package import NIOSSL

/// Publishes to a gateway and subscribes to its topics.
///
/// A value without a life of its own: connections belong to the process (publishing) or to the subscription that
/// opened them.
package struct SluiceClient: Sendable {
    package let url: GatewayURL
    /// Sent as `Authorization: Bearer` with every request, the WebSocket handshake included.
    let key: String?
    let httpClient: HTTPClient
    let tls: TLSConfiguration
    /// Waits between two attempts to connect.
    let clock: any Clock<Duration>

    /// - Parameters:
    ///   - key: nil for a gateway that is open to anyone.
    ///   - httpClient: for everything but WebSocket; see `HTTPClient.forGateways` for what it should be like.
    ///   - tls: for `https` and `wss`.
    package init(
        url: GatewayURL, key: String? = nil, httpClient: HTTPClient = .forGateways,
        tls: TLSConfiguration = .makeClientConfiguration(), clock: any Clock<Duration> = ContinuousClock()
    ) {
        self.url = url
        self.key = key
        self.httpClient = httpClient
        self.tls = tls
        self.clock = clock
    }

    /// How long to wait for a connection, and for the answer to a handshake.
    static let connectTime = TimeAmount.seconds(10)
    /// After how long a silent connection is taken for dead. A gateway's heartbeat comes several times as often.
    static let idleTime = TimeAmount.seconds(90)
    /// The largest event that is taken, as JSON.
    static let maximumEventBytes = 64 << 20
}

extension HTTPClient {
    /// The process's own: it lives as long as the process.
    package static let forGateways: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        configuration.timeout.connect = SluiceClient.connectTime
        configuration.timeout.read = SluiceClient.idleTime
        // A publisher is told at once that nobody listens; a subscriber has its own way to try again.
        configuration.connectionPool.retryConnectionEstablishment = false
        // Each event stream holds a connection, and a publish must not wait behind them.
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 10_000
        // Shorter than a gateway's, so that a request does not go out on a connection that is about to be closed.
        configuration.connectionPool.idleTimeout = .seconds(30)
        // The key is for this gateway and not for another that it may name.
        configuration.redirectConfiguration = .disallow
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()
}
