package import Logging
package import NIOCore
internal import NIOPosix
internal import SluiceAccess
internal import SluiceBus
internal import SluiceConnection
internal import SluiceHTTP
internal import SluiceLog
internal import SluiceMemoryLog
internal import SluiceMetrics
internal import SluiceSSE
internal import SluiceTopics
internal import SluiceWebSocket

/// A running gateway: everything put together, listening.
package final class Gateway: Sendable {
    /// Where it listens, in the order of the configuration.
    package let addresses: [Address]

    package struct Address: Sendable {
        package let socket: SocketAddress
        package let tls: Bool
    }

    private let core: ConnectionCore
    private let log: MemoryLog
    private let group: MultiThreadedEventLoopGroup
    private let listeners: [any Channel]
    private let upkeep: Upkeep
    private let renewal: CertificateRenewal?
    private let renewing: Task<Void, Never>?

    /// Builds the gateway and starts to listen.
    ///
    /// - Throws: `GatewayError` for what the configuration does not allow or the machine does not give,
    ///   `CertificateError` for a certificate that cannot be used.
    package static func start(_ configuration: GatewayConfiguration, logger: Logger) async throws -> Gateway {
        let access = try Access(configuration)
        let capacity = try ConnectionCapacity(configured: configuration.connection.limits.connections)
        let tls = try configuration.listeners.contains(where: \.tls) ? TLSContext(configuration.connection.tls) : nil
        let group = MultiThreadedEventLoopGroup(
            numberOfThreads: configuration.eventLoops ?? min(System.coreCount, TopicBus.maximumEventLoops))
        do {
            return try await Gateway(
                configuration, access: access, capacity: capacity, tls: tls, group: group, logger: logger)
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
    }

    private init(
        _ configuration: GatewayConfiguration, access: Access, capacity: ConnectionCapacity, tls: TLSContext?,
        group: MultiThreadedEventLoopGroup, logger: Logger
    ) async throws {
        self.group = group
        var generator = SystemRandomNumberGenerator()
        let log = MemoryLog(configuration: configuration.log, epoch: Epoch(using: &generator), now: WallClock.now)
        let limits = configuration.connection.limits
        let bus = TopicBus(
            log: log, eventLoops: Array(group.makeIterator()),
            configuration: TopicBus.Configuration(
                pageBytes: limits.outboundBytes, compression: configuration.compression))
        let metrics = GatewayMetrics(log: log)
        let core = ConnectionCore(
            configuration: configuration.connection, capacity: capacity,
            router: Gateway.router(configuration, access: access, metrics: metrics), bus: bus, group: group,
            instruments: Instruments(factory: metrics.registry), logger: logger, now: WallClock.now)
        self.core = core
        self.log = log
        var listeners: [any Channel] = []
        for listener in configuration.listeners {
            do {
                listeners.append(
                    try await core.listen(
                        on: listener.address, tls: listener.tls ? tls : nil, proxyHeader: listener.proxyProtocol))
            } catch {
                await Gateway.close(listeners)
                throw GatewayError.cannotListen(listener.address, "\(error)")
            }
        }
        self.listeners = listeners
        addresses = zip(configuration.listeners, listeners).compactMap { listener, channel in
            channel.localAddress.map { Address(socket: $0, tls: listener.tls) }
        }
        upkeep = Upkeep(log: log, metrics: metrics, group: group)
        let renewal = tls.map { CertificateRenewal(context: $0, metrics: metrics, logger: logger) }
        self.renewal = renewal
        renewing = renewal.map { renewal in Task { await renewal.run() } }
    }

    private static func router(
        _ configuration: GatewayConfiguration, access: Access, metrics: GatewayMetrics
    ) -> Router {
        let publish = PublishEndpoint()
        let batch = BatchEndpoint(configuration: configuration.http)
        let tickets = TicketEndpoint(office: access.tickets)
        return Router(
            topics: Router.TopicEndpoints(
                webSocket: WebSocketEndpoint(configuration: configuration.webSocket).subscribe,
                eventStream: EventStreamEndpoint(configuration: configuration.eventStream).subscribe,
                history: HistoryEndpoint(configuration: configuration.http).read,
                publish: publish.publish),
            resources: [
                "/": ["GET": PageEndpoint.page],
                "/healthz": ["GET": HealthEndpoints.health],
                "/readyz": ["GET": HealthEndpoints.readiness],
                "/metrics": ["GET": metrics.respond],
                "/tickets": ["POST": tickets.issue],
                "/topics": ["POST": batch.publish],
            ],
            essentials: ["/healthz", "/readyz", "/metrics"],
            routes: Dictionary(configuration.routes.map { ($0.path, $0.topic) }) { first, _ in first },
            authorizer: access.authorizer, origins: access.origins)
    }

    private static func close(_ listeners: [any Channel]) async {
        for listener in listeners {
            try? await listener.close()
            if let path = listener.localAddress?.pathname { UnixSocketFile.remove(at: path) }
        }
    }

    /// Reads the certificates' files now, instead of when the change is noticed. Blocks.
    package func renewCertificates() {
        renewal?.renew()
    }

    /// Refuses new work, finishes and delivers what is under way, sends everyone away, and stops.
    package func shutdown() async {
        await core.drain()
        await Gateway.close(listeners)
        upkeep.stop()
        renewing?.cancel()
        try? await group.shutdownGracefully()
    }
}
