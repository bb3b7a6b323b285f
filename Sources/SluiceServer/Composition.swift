internal import FoundationEssentials
package import Logging
package import NIOCore
internal import SluiceAccess
internal import SluiceBus
package import SluiceConnection
internal import SluiceHTTP
internal import SluiceLog
internal import SluiceMemoryLog
internal import SluiceMetrics
internal import SluiceRelay
internal import SluiceSQLiteLog
internal import SluiceSSE
internal import SluiceTopics
internal import SluiceWebSocket

/// A gateway without its listeners: the log, the bus, the wires, and what routes requests to them.
package struct Composition {
    package let core: ConnectionCore
    let log: any EventLog
    let metrics: GatewayMetrics
    let generations: Generations
    let relay: RelayEndpoint

    /// - Parameter group: the event loops that connections will be on.
    /// - Throws: `GatewayError.accessNotConfigured`, `.cannotOpenLog`
    package init(
        _ configuration: GatewayConfiguration, capacity: ConnectionCapacity, group: any EventLoopGroup, logger: Logger
    ) throws(GatewayError) {
        try self.init(
            configuration, access: try Access(configuration), capacity: capacity, group: group, logger: logger)
    }

    init(
        _ configuration: GatewayConfiguration, access: Access, capacity: ConnectionCapacity, group: any EventLoopGroup,
        logger: Logger
    ) throws(GatewayError) {
        let metrics = GatewayMetrics()
        self.metrics = metrics
        var configuration = configuration
        configuration.log.rules += configuration.generations.rules
        log = try Composition.log(configuration, metrics: metrics, logger: logger)
        metrics.observe(log)
        let bus = TopicBus(
            log: log, eventLoops: Array(group.makeIterator()),
            configuration: TopicBus.Configuration(
                pageBytes: configuration.connection.limits.outboundBytes, compression: configuration.compression))
        generations = Generations(configuration: configuration.generations, log: log, logger: logger)
        metrics.observe(generations)
        let eventStream = EventStreamEndpoint(configuration: configuration.eventStream)
        let webSocket = WebSocketEndpoint(configuration: configuration.webSocket)
        let unwatched = Dictionary(configuration.upstreams.map { ($0.name, $0.cancelUnwatchedAfter) }) { first, _ in
            first
        }
        let watching = GenerationEndpoint(
            generations: generations,
            wires: GenerationEndpoint.Wires(eventStream: eventStream.stream, webSocket: webSocket.watch),
            unwatched: { upstream in upstream.flatMap { unwatched[$0] ?? nil } })
        do throws(HeaderTemplate.MissingVariable) {
            relay = try RelayEndpoint(
                configuration.upstreams, generations: generations, watching: watching,
                instruments: RelayInstruments(factory: metrics.registry), isOpen: access.isOpen,
                environment: ProcessInfo.processInfo.environment, group: group)
        } catch {
            throw .missingVariable(error.name)
        }
        core = ConnectionCore(
            configuration: configuration.connection, capacity: capacity,
            router: Composition.router(
                configuration, access: access, metrics: metrics, eventStream: eventStream, webSocket: webSocket,
                push: PushEndpoint(generations: generations), watching: watching, relay: relay), bus: bus, group: group,
            instruments: Instruments(factory: metrics.registry), logger: logger, now: WallClock.now)
    }

    /// Lets go of everything, when it does not come to a gateway.
    func close() async {
        await relay.close()
        await log.close()
    }

    private static func log(
        _ configuration: GatewayConfiguration, metrics: GatewayMetrics, logger: Logger
    ) throws(GatewayError) -> any EventLog {
        guard let file = configuration.logFile else {
            var generator = SystemRandomNumberGenerator()
            return MemoryLog(configuration: configuration.log, epoch: Epoch(using: &generator), now: WallClock.now)
        }
        var durable = SQLiteLog.Configuration()
        durable.maximumBytes = configuration.logFileBytes
        durable.recentBytes = configuration.logCacheBytes
        durable.memoryBytes = configuration.log.maximumBytes
        durable.maximumTopics = configuration.log.maximumTopics
        durable.topicIdleTime = configuration.log.topicIdleTime
        durable.rules = configuration.log.rules
        durable.idempotencyWindow = configuration.log.idempotencyWindow
        durable.maximumIdempotencyKeys = configuration.log.maximumIdempotencyKeys
        durable.maximumScan = configuration.log.maximumScan
        durable.maximumGapScan = configuration.log.maximumGapScan
        let watch = LogWatch(logger: logger)
        durable.onCommit = metrics.record
        durable.onWork = { work, failure in
            watch.note(work, failure)
            if failure != nil { metrics.recordFailure(of: work) }
        }
        do {
            let log = try SQLiteLog(path: file, configuration: durable, now: WallClock.now)
            logger.notice(
                log.isNew ? "a new log was made" : "the log was opened",
                metadata: [
                    "file": "\(file)", "epoch": "\(log.epoch)", "events": "\(log.statistics.events)",
                    "topics": "\(log.statistics.topics)", "head": "\(log.head)",
                ])
            return log
        } catch {
            throw .cannotOpenLog("\(error)")
        }
    }

    private static func router(
        _ configuration: GatewayConfiguration, access: Access, metrics: GatewayMetrics,
        eventStream: EventStreamEndpoint, webSocket: WebSocketEndpoint, push: PushEndpoint,
        watching: GenerationEndpoint, relay: RelayEndpoint
    ) -> Router {
        let publish = PublishEndpoint()
        let batch = BatchEndpoint(configuration: configuration.http)
        let tickets = TicketEndpoint(office: access.tickets)
        var topicRoutes: [String: Topic] = [:]
        var questions: Router.Resources = [:]
        for route in configuration.routes {
            switch route.destination {
            case .topic(let topic): topicRoutes[route.path] = topic
            case .question(let question): questions[route.path] = ["GET": { relay.ask(question, $0) }]
            }
        }
        return Router(
            topics: Router.TopicEndpoints(
                webSocket: webSocket.subscribe, eventStream: eventStream.subscribe,
                history: HistoryEndpoint(configuration: configuration.http).read,
                publish: publish.publish),
            resources: [
                "/": ["GET": PageEndpoint.page],
                "/healthz": ["GET": HealthEndpoints.health],
                "/readyz": ["GET": HealthEndpoints.readiness],
                "/metrics": ["GET": metrics.respond],
                "/tickets": ["POST": tickets.issue],
                "/topics": ["POST": batch.publish],
                "/generations": ["GET": watching.list, "POST": push.push],
            ].merging(questions) { own, _ in own },
            trees: [
                GenerationEndpoint.path: ["GET": watching.watch, "DELETE": watching.cancel],
                RelayEndpoint.path: ["GET": relay.relay, "POST": relay.relay],
            ],
            essentials: ["/healthz", "/readyz", "/metrics"], unsafe: Set(questions.keys), routes: topicRoutes,
            authorizer: access.authorizer, origins: access.origins)
    }
}
