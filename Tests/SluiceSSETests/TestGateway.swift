import CoreMetrics
import Logging
import NIOCore
import NIOEmbedded
import NIOHTTP1
import SluiceAccess
import SluiceBus
import SluiceLog
import SluiceMemoryLog
import SluiceTopics
import SluiceTestSupport

@testable import SluiceConnection
@testable import SluiceSSE

/// A gateway without sockets, whose clients all want event streams. Its clock is the test's, and the cursors of its
/// log are `t-1`, `t-2`, and so on.
final class TestGateway {
    let eventLoop = EmbeddedEventLoop()
    let log: HeldLog
    let configuration: EventStreamConfiguration
    private let bus: TopicBus
    private let core: ConnectionCore

    var hub: Hub { bus.hub(on: eventLoop) }

    /// - Parameter retained: how many events each topic keeps.
    init(
        retained: Int = 1000, configuration: EventStreamConfiguration = EventStreamConfiguration()
    ) throws {
        self.configuration = configuration
        let rule = RetentionRule(pattern: try Pattern("**"), maximumEvents: retained)
        var generator = SystemRandomNumberGenerator()
        log = HeldLog(
            MemoryLog(
                configuration: MemoryLog.Configuration(rules: [rule]), epoch: Epoch("t") ?? Epoch(using: &generator),
                now: { Timestamp(milliseconds: 0) }))
        bus = TopicBus(log: log, eventLoops: [eventLoop])
        let endpoint = EventStreamEndpoint(configuration: configuration)
        core = ConnectionCore(
            configuration: ConnectionConfiguration(),
            capacity: ConnectionCapacity(connections: 10, refusals: 10),
            router: Router(
                topics: Router.TopicEndpoints(
                    webSocket: { exchange, _ in exchange.respond(.notFound("")) }, eventStream: endpoint.subscribe,
                    history: { exchange, _ in exchange.respond(.notFound("")) },
                    publish: { exchange, _ in exchange.respond(.notFound("")) }),
                resources: [:], essentials: [], routes: [:],
                authorizer: KeyAuthorizer(
                    anonymous: Permissions(publish: [], subscribe: [try Pattern("**")]), keys: [],
                    allowsKeyInQuery: false, tickets: TicketOffice(configuration: TicketOffice.Configuration())),
                origins: OriginPolicy(allowedOrigins: [], allowedHosts: [], isOpenLoopback: false)),
            bus: bus, group: eventLoop, instruments: Instruments(factory: NOOPMetricsHandler.instance),
            logger: Logger(label: "test"), now: { Timestamp(milliseconds: 0) })
    }

    func publish(_ topic: String, _ texts: String..., ends: Bool = false) throws {
        for text in texts {
            let publication = Publication(topic: try Topic(topic), payload: Payload(text: text), endsTopic: ends)
            bus.publish(AppendRequest([publication])) { _ in }
        }
        eventLoop.run()
    }

    func stream(_ target: String, lastEventID: String? = nil) throws -> TestStream {
        var headers: HTTPHeaders = ["accept": "text/event-stream"]
        if let lastEventID { headers.add(name: "last-event-id", value: lastEventID) }
        let stream = try TestStream(eventLoop)
        let request = try Request(
            method: .GET, target: target, headers: headers, authority: "gateway.example", address: "192.0.2.1")
        core.router.route(Exchange(request: request, loop: core.loopContext(of: eventLoop), transport: stream))
        eventLoop.run()
        return stream
    }

    /// The loop does what it has to do now.
    func settle() {
        eventLoop.run()
    }

    /// Time passes, in the heartbeat's intervals.
    func advance(intervals: Double) {
        eventLoop.advanceTime(by: .nanoseconds(Int64(Double(configuration.heartbeat.nanoseconds) * intervals)))
    }
}

extension TestGateway: CustomReflectable {
    /// A failed expectation shows what its operands hold, and NIO cannot describe every pipeline without a trap.
    var customMirror: Mirror { Mirror(self, children: EmptyCollection()) }
}
