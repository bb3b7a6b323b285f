package import Logging
package import NIOCore
internal import NIOPosix
internal import SluiceBus
internal import SluiceConnection
internal import SluiceLog
internal import SluiceRelay

/// A running gateway: everything put together, listening.
package final class Gateway: Sendable {
    /// Where it listens, in the order of the configuration.
    package let addresses: [Address]

    package struct Address: Sendable {
        package let socket: SocketAddress
        package let tls: Bool
    }

    private let core: ConnectionCore
    private let log: any EventLog
    private let generations: Generations
    private let relay: RelayEndpoint
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
        let composition = try Composition(
            configuration, access: access, capacity: capacity, group: group, logger: logger)
        let core = composition.core
        self.core = core
        generations = composition.generations
        relay = composition.relay
        do {
            try await generations.recover(at: WallClock.now())
        } catch {
            await composition.close()
            throw GatewayError.cannotOpenLog("\(error)")
        }
        log = composition.log
        var listeners: [any Channel] = []
        for listener in configuration.listeners {
            do {
                listeners.append(
                    try await core.listen(
                        on: listener.address, tls: listener.tls ? tls : nil, proxyHeader: listener.proxyProtocol))
            } catch {
                await Gateway.close(listeners)
                await composition.close()
                throw GatewayError.cannotListen(listener.address, "\(error)")
            }
        }
        self.listeners = listeners
        addresses = zip(configuration.listeners, listeners).compactMap { listener, channel in
            channel.localAddress.map { Address(socket: $0, tls: listener.tls) }
        }
        upkeep = Upkeep(log: composition.log, metrics: composition.metrics, group: group)
        let renewal = tls.map { CertificateRenewal(context: $0, metrics: composition.metrics, logger: logger) }
        self.renewal = renewal
        renewing = renewal.map { renewal in Task { await renewal.run() } }
    }

    private static func close(_ listeners: [any Channel]) async {
        for listener in listeners {
            // The file goes first: behind the close it could be a successor's.
            if let path = listener.localAddress?.pathname { UnixSocketFile.remove(at: path) }
            try? await listener.close()
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
        generations.stop()
        await relay.close()
        // While there are loops that the answers of a last commit can come to.
        await log.close()
        try? await group.shutdownGracefully()
    }
}
