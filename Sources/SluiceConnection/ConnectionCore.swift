internal import CoreMetrics
package import Logging
package import NIOCore
internal import NIOPosix
package import SluiceBus
package import SluiceLog
package import SluiceTopics
internal import SluiceWire
internal import Synchronization

/// What all connections share, whatever they become: listening, admission, limits, routing, draining.
package final class ConnectionCore: Sendable {
    package let configuration: ConnectionConfiguration
    package let router: Router
    package let bus: TopicBus
    package let instruments: Instruments
    package let logger: Logger
    package let now: @Sendable () -> Timestamp

    private let group: any EventLoopGroup
    private let gate: ConnectionGate
    private let draining = Atomic(false)
    private let publishes = Atomic(0)
    private let loops: Mutex<[(any EventLoop, NIOLoopBoundBox<LoopContext>)]>

    /// - Parameters:
    ///   - group: the event loops that `bus` has hubs for.
    ///   - capacity: what `limits.connections` comes to in this process.
    package init(
        configuration: ConnectionConfiguration, capacity: ConnectionCapacity, router: Router, bus: TopicBus,
        group: any EventLoopGroup, instruments: Instruments, logger: Logger, now: @escaping @Sendable () -> Timestamp
    ) {
        self.configuration = configuration
        self.router = router
        self.bus = bus
        self.group = group
        self.instruments = instruments
        self.logger = logger
        self.now = now
        gate = ConnectionGate(
            maximum: capacity.connections, maximumRefused: capacity.refusals,
            maximumPerAddress: configuration.limits.connectionsPerAddress)
        loops = Mutex([])
    }

    package var isDraining: Bool { draining.load(ordering: .relaxed) }

    package var connectionCount: Int { gate.count }

    // MARK: Listening

    /// Starts to accept connections.
    ///
    /// - Parameters:
    ///   - tls: nil for clear text.
    ///   - proxyHeader: whether each connection begins with a PROXY header, which only trusted proxies may send.
    /// - Throws: an `IOError` when the address cannot be bound.
    package func listen(on address: ListenAddress, tls: TLSContext?, proxyHeader: Bool) async throws -> any Channel {
        let limits = configuration.limits
        var bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 4096)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            // What one turn of a loop takes from a connection, before the others have theirs.
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(
                .recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 512, initial: 2048, maximum: 16_384)
            )
            .childChannelOption(
                .writeBufferWaterMark,
                value: ChannelOptions.Types.WriteBufferWaterMark(
                    low: max(limits.outboundBytes / 2, 1), high: limits.outboundBytes)
            )
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try self.accept(channel, tls: tls, proxyHeader: proxyHeader) }
            }
        if let bytes = limits.sendBufferBytes {
            bootstrap = bootstrap.childChannelOption(.socketOption(.so_sndbuf), value: .init(bytes))
        }
        switch address {
        case .tcp(let host, let port):
            return try await bootstrap.serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
                .bind(host: host, port: port).get()
        case .unix(let path, let mode):
            try await UnixSocketFile.removeStale(at: path, group: group)
            return try await bootstrap.withBoundSocket(UnixSocketFile.bind(path, mode: mode)).get()
        }
    }

    /// Takes a connection, or closes it.
    ///
    /// - Parameters: as of `listen(on:tls:proxyHeader:)`.
    package func accept(_ channel: any Channel, tls: TLSContext?, proxyHeader: Bool) throws {
        instruments.acceptedConnections.increment()
        let address = IPAddress(channel.remoteAddress)
        // A peer that has gone already has no address either, and is not to pass for one of a Unix socket.
        guard address != nil || channel.localAddress?.pathname != nil else { return channel.close(promise: nil) }
        let isProxy = configuration.proxies.contains(address)
        guard isProxy || !proxyHeader else {
            refuseProxyHeader(from: address, "it comes from none of proxies.trusted")
            return channel.close(promise: nil)
        }
        // A proxy's connections are for others, who are counted when they are known.
        let counted = isProxy ? nil : Peer.name(of: address)
        guard let admission = gate.admit(counted) else {
            instruments.refused("overloaded")
            return channel.close(promise: nil)
        }
        let peer = Peer(admission: admission, address: address, proxies: configuration.proxies)
        let place = PlaceInGate(address: counted, admission: admission)
        channel.closeFuture.assumeIsolated().whenComplete { _ in
            if let admission = place.admission { self.gate.leave(place.address, admission) }
        }
        guard proxyHeader else { return try begin(peer, on: channel, tls: tls) }
        let handler = ProxyHeaderHandler(loop: loopContext(of: channel.eventLoop)) { header in
            switch header {
            case .local:
                try self.begin(peer, on: channel, tls: tls)
            case .unknown:
                // For somebody, who may say of himself what he likes.
                let unknown = Peer(admission: admission, address: address, proxies: TrustedProxies())
                try self.begin(unknown, on: channel, tls: tls)
            case .proxied(let client):
                guard let admission = self.admit(client, at: place) else { return channel.close(promise: nil) }
                let peer = Peer(admission: admission, address: client, proxies: self.configuration.proxies)
                try self.begin(peer, on: channel, tls: tls)
            }
        }
        try channel.pipeline.syncOperations.addHandler(handler)
    }

    /// As what a connection is counted; nil for not at all.
    private final class PlaceInGate {
        var address: String?
        var admission: ConnectionGate.Admission?

        init(address: String?, admission: ConnectionGate.Admission) {
            self.address = address
            self.admission = admission
        }
    }

    /// Counts a connection for the client that it turned out to be for.
    private func admit(_ client: IPAddress, at place: PlaceInGate) -> ConnectionGate.Admission? {
        guard let admission = place.admission, case .granted = admission, !configuration.proxies.contains(client) else {
            return place.admission
        }
        let address = Peer.name(of: client)
        place.admission = gate.readmit(address, from: admission)
        place.address = address
        if place.admission == nil { instruments.refused("overloaded") }
        return place.admission
    }

    private func begin(_ peer: Peer, on channel: any Channel, tls: TLSContext?) throws {
        let pipeline = channel.pipeline.syncOperations
        if let tls { try pipeline.addHandler(tls.makeHandler()) }
        try pipeline.addHandler(Negotiation(loop: loopContext(of: channel.eventLoop), peer: peer, isTLS: tls != nil))
    }

    func refuseProxyHeader(from address: IPAddress?, _ reason: String) {
        refused("proxy-header", from: Peer.name(of: address), ["detail": "\(reason)"])
    }

    /// Counts and logs that something was refused, however it is told.
    ///
    /// - Parameters:
    ///   - type: as of `Problem`.
    ///   - client: its address.
    package func refused(_ type: String, from client: String, _ details: @autoclosure () -> [String: String] = [:]) {
        instruments.refused(type)
        guard logger.logLevel <= .debug else { return }
        let metadata = ["reason": type, "client": client].merging(details()) { first, _ in first }
        logger.debug("refused", metadata: metadata.mapValues { .string($0) })
    }

    /// Has a request answered. One that a proxy passes on counts for its client from here to its end, as a connection
    /// of the client's own would.
    func route(_ exchange: Exchange, from peer: Peer) {
        switch peer.admission {
        case .refused(let problem):
            router.routeEssential(exchange, orRefuseWith: problem)
        case .granted where peer.forwardedField != nil:
            let client = exchange.request.address
            if let problem = gate.enter(client) { return router.routeEssential(exchange, orRefuseWith: problem) }
            exchange.whenEnded { self.gate.exit(client) }
            router.route(exchange)
        case .granted:
            router.route(exchange)
        }
    }

    /// The context of the event loop that this is called on.
    package func loopContext(of eventLoop: any EventLoop) -> LoopContext {
        let box = loops.withLock { loops in
            if let known = loops.first(where: { $0.0 === eventLoop }) { return known.1 }
            let box = NIOLoopBoundBox(
                LoopContext(eventLoop: eventLoop, core: self, hub: bus.hub(on: eventLoop)), eventLoop: eventLoop)
            loops.append((eventLoop, box))
            return box
        }
        return box.value
    }

    // MARK: Publishing

    /// Publishes; `done` comes on the event loop. While it is under way, draining waits for it.
    package func publish(
        _ request: AppendRequest, on eventLoop: any EventLoop,
        done: @escaping @Sendable (Result<Receipt, AppendError>) -> Void
    ) {
        publishes.add(1, ordering: .relaxed)
        let began = ContinuousClock.now
        bus.publish(request) { result in
            if case .success(let receipt) = result, !receipt.isRepeat {
                self.instruments.published(request.publications, taking: began.duration(to: .now))
            }
            eventLoop.run {
                done(result)
                self.publishes.subtract(1, ordering: .relaxed)
            }
        }
    }

    // MARK: Draining

    /// Refuses what is new, finishes what is under way, delivers it, then sends the subscribers away in batches.
    /// Returns when the last connection has closed or the drain time is over.
    package func drain() async {
        guard !draining.exchange(true, ordering: .relaxed) else { return }
        let clock = ContinuousClock()
        let deadline = clock.now + .nanoseconds(configuration.drain.time.nanoseconds)
        try? await clock.sleep(for: .nanoseconds(configuration.drain.notice.nanoseconds))
        await onEachLoop { $0.drainConnections() }
        while publishes.load(ordering: .relaxed) > 0, clock.now < deadline {
            try? await clock.sleep(for: .milliseconds(10))
        }
        // What was answered is in the log; it is delivered when every hub has drained that far.
        let head = bus.log.head
        while clock.now < deadline, await bus.laggingHub(behind: head) {
            try? await clock.sleep(for: .milliseconds(1))
        }
        let spread = configuration.drain.spread
        await onEachLoop { $0.hub.sendAway(over: spread) }
        while gate.count > 0, clock.now < deadline {
            try? await clock.sleep(for: .milliseconds(20))
            await onEachLoop { $0.drainConnections() }
        }
        if gate.count > 0 { logger.warning("drain time is over", metadata: ["connections": "\(gate.count)"]) }
    }

    private func onEachLoop(_ body: @escaping @Sendable (LoopContext) -> Void) async {
        for (eventLoop, box) in loops.withLock({ $0 }) {
            try? await eventLoop.submit { body(box.value) }.get()
        }
    }
}
