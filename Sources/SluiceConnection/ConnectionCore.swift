internal import CoreMetrics
package import Logging
package import NIOCore
internal import NIOPosix
package import SluiceBus
package import SluiceLog
package import SluiceTopics
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
    ///   - port: 0 for any that is free.
    ///   - tls: nil for clear text.
    /// - Throws: an `IOError` when the address cannot be bound.
    package func listen(host: String, port: Int, tls: TLSContext?) async throws -> any Channel {
        let limits = configuration.limits
        var bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 4096)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(
                .writeBufferWaterMark,
                value: ChannelOptions.Types.WriteBufferWaterMark(
                    low: max(limits.outboundBytes / 2, 1), high: limits.outboundBytes))
        if let bytes = limits.sendBufferBytes {
            bootstrap = bootstrap.childChannelOption(.socketOption(.so_sndbuf), value: .init(bytes))
        }
        return try await bootstrap.childChannelInitializer { channel in
            channel.eventLoop.makeCompletedFuture { try self.accept(channel, tls: tls) }
        }
        .bind(host: host, port: port).get()
    }

    private func accept(_ channel: any Channel, tls: TLSContext?) throws {
        instruments.acceptedConnections.increment()
        let address = channel.remoteAddress?.ipAddress ?? "local"
        guard let admission = gate.admit(address) else {
            instruments.refused("overloaded")
            return channel.close(promise: nil)
        }
        channel.closeFuture.whenComplete { _ in self.gate.leave(address, admission) }
        let pipeline = channel.pipeline.syncOperations
        if let tls { try pipeline.addHandler(tls.makeHandler()) }
        try pipeline.addHandler(
            Negotiation(loop: loopContext(of: channel.eventLoop), admission: admission, isTLS: tls != nil))
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
