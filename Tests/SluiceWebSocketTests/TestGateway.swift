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
@testable import SluiceWebSocket

/// A gateway without sockets, whose clients all want WebSockets. Its clock is the test's, and the cursors of its log
/// are `t-1`, `t-2`, and so on. Anybody may do anything but with the topic `secret`, and only read `readable`.
final class TestGateway {
    let eventLoop = EmbeddedEventLoop()
    let log: HeldLog
    let configuration: WebSocketConfiguration
    private let bus: TopicBus
    private let core: ConnectionCore

    var hub: Hub { bus.hub(on: eventLoop) }

    /// - Parameters:
    ///   - retained: how many events each topic keeps.
    ///   - publishesInFlight: how many messages of one client may wait for the log.
    init(
        retained: Int = 1000, publishesInFlight: Int = 64,
        configuration: WebSocketConfiguration = WebSocketConfiguration()
    ) throws {
        self.configuration = configuration
        let rule = RetentionRule(pattern: try Pattern("**"), maximumEvents: retained)
        var generator = SystemRandomNumberGenerator()
        log = HeldLog(
            MemoryLog(
                configuration: MemoryLog.Configuration(rules: [rule]), epoch: Epoch("t") ?? Epoch(using: &generator),
                now: { Timestamp(milliseconds: 0) }))
        bus = TopicBus(log: log, eventLoops: [eventLoop])
        var connection = ConnectionConfiguration()
        connection.limits.requestsInFlight = publishesInFlight
        let open = try ["a", "b", "c/*"].map { try Pattern($0) }
        let permissions = Permissions(publish: open, subscribe: open + [try Pattern("readable")])
        core = ConnectionCore(
            configuration: connection, capacity: ConnectionCapacity(connections: 10, refusals: 10),
            router: Router(
                topics: Router.TopicEndpoints(
                    webSocket: WebSocketEndpoint(configuration: configuration).subscribe,
                    eventStream: { exchange, _ in exchange.respond(.notFound("")) },
                    history: { exchange, _ in exchange.respond(.notFound("")) },
                    publish: { exchange, _ in exchange.respond(.notFound("")) }),
                resources: [:], essentials: [], routes: [:],
                authorizer: KeyAuthorizer(
                    anonymous: permissions, keys: [], allowsKeyInQuery: false,
                    tickets: TicketOffice(configuration: TicketOffice.Configuration())),
                origins: OriginPolicy(allowedOrigins: [], allowedHosts: [], isOpenLoopback: false)),
            bus: bus, group: eventLoop, instruments: Instruments(factory: NOOPMetricsHandler.instance),
            logger: Logger(label: "test"), now: { Timestamp(milliseconds: 0) })
    }

    /// What a client sends to open a WebSocket (RFC 6455 § 1.3).
    static let handshake: HTTPHeaders = [
        "upgrade": "websocket", "connection": "keep-alive, Upgrade", "sec-websocket-version": "13",
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    ]

    func connect(_ target: String, _ headers: HTTPHeaders = TestGateway.handshake) throws -> TestSession {
        let session = try TestSession(eventLoop)
        let request = try Request(
            method: .GET, target: target, headers: headers, authority: "gateway.example", address: "192.0.2.1")
        core.router.route(Exchange(request: request, loop: core.loopContext(of: eventLoop), transport: session))
        eventLoop.run()
        return session
    }

    /// A session of `sluice.v1.json`.
    func connectJSON(_ target: String = "/subscribe") throws -> TestSession {
        var headers = TestGateway.handshake
        headers.add(name: "sec-websocket-protocol", value: "sluice.v1.json")
        return try connect(target, headers)
    }

    func publish(_ topic: String, _ texts: String..., ends: Bool = false) throws {
        for text in texts {
            let publication = Publication(topic: try Topic(topic), payload: Payload(text: text), endsTopic: ends)
            bus.publish(AppendRequest([publication])) { _ in }
        }
        eventLoop.run()
    }

    /// The loop does what it has to do now.
    func settle() {
        eventLoop.run()
    }

    func advance(by time: TimeAmount) {
        eventLoop.advanceTime(by: time)
    }

    /// Time passes, in the heartbeat's intervals.
    func advance(intervals: Int) {
        for _ in 0..<intervals { advance(by: configuration.heartbeat) }
    }
}

extension TestGateway: CustomReflectable {
    /// A failed expectation shows what its operands hold, and NIO cannot describe every pipeline without a trap.
    var customMirror: Mirror { Mirror(self, children: EmptyCollection()) }
}
