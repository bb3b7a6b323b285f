import Logging
import NIOCore
import SluiceConnection
import SluiceServer
import SluiceTopics
import Testing

/// A gateway in this process, and ways to reach it.
struct TestGateway: Sendable {
    let gateway: Gateway
    /// Where it is reached.
    let address: SocketAddress
    var port: Int { address.port ?? 0 }

    static let silence = Logger(label: "gateway", factory: { _ in SwiftLogNoOpLogHandler() })

    static func start(
        logger: Logger = silence, _ adjust: (inout GatewayConfiguration) throws -> Void
    ) async throws -> TestGateway {
        var configuration = GatewayConfiguration()
        configuration.listeners = [GatewayConfiguration.Listener(host: "127.0.0.1", port: 0)]
        configuration.eventLoops = 2
        configuration.connection.drain.notice = .zero
        configuration.connection.drain.spread = .zero
        configuration.connection.drain.time = .seconds(10)
        try adjust(&configuration)
        let gateway = try await Gateway.start(configuration, logger: logger)
        return TestGateway(gateway: gateway, address: try #require(gateway.addresses.first).socket)
    }

    // MARK: HTTP

    func connect(receiveBufferBytes: Int? = nil) throws -> HTTPConnection {
        HTTPConnection(try Socket(to: address, receiveBufferBytes: receiveBufferBytes))
    }

    /// Asks on a connection of its own.
    func ask(
        _ method: String, _ target: String, _ headers: HTTPConnection.Headers = [:], body: String? = nil
    ) throws -> Answer {
        try connect().ask(method, target, headers, body: body)
    }

    /// Asks again and again until the answer is what it is to become.
    @discardableResult
    func ask(_ method: String, _ target: String, until isAwaited: (Answer) throws -> Bool) throws -> Answer {
        let deadline = ContinuousClock.now + .seconds(Socket.patience)
        while ContinuousClock.now < deadline {
            let answer = try ask(method, target)
            if try isAwaited(answer) { return answer }
        }
        throw ClientError.timedOut("\(method) \(target)")
    }

    func page(_ target: String, _ headers: HTTPConnection.Headers = [:]) throws -> HistoryPage {
        let answer = try ask("GET", target, headers)
        guard answer.status == 200 else { throw ClientError.unexpected("\(answer.status) \(answer.text)") }
        return try answer.json(HistoryPage.self)
    }

    /// - Returns: the event's id.
    @discardableResult
    func publish(_ topic: String, _ data: String, type: String? = nil) throws -> String {
        let answer = try ask("POST", "/topics/\(topic)\(type.map { "?type=\($0)" } ?? "")", body: data)
        guard answer.status == 201 else { throw ClientError.unexpected("\(answer.status) \(answer.text)") }
        return try answer.json(Stored.self).id
    }

    // MARK: Subscribers

    func stream(_ target: String, _ headers: HTTPConnection.Headers = [:]) throws -> EventStream {
        try EventStream(connect(), target: target, headers: headers)
    }

    /// A raw session.
    func webSocket(_ target: String, _ headers: HTTPConnection.Headers = [:]) throws -> WebSocket {
        try WebSocket(connect(), target: target, headers: headers)
    }

    /// A session of `sluice.v1.json`.
    func session(_ target: String = "/subscribe", _ headers: HTTPConnection.Headers = [:]) throws -> WebSocket {
        try WebSocket(connect(), target: target, subprotocol: "sluice.v1.json", headers: headers)
    }
}

/// The answer to a publish.
struct Stored: Decodable, Equatable {
    let id: String
    let topic: String
}

/// Runs a test against a gateway that is shut down behind it. The body may block.
func withGateway(
    logger: Logger = TestGateway.silence,
    _ adjust: (inout GatewayConfiguration) throws -> Void = { _ in },
    _ body: @escaping @Sendable (TestGateway) async throws -> Void
) async throws {
    let gateway = try await TestGateway.start(logger: logger, adjust)
    let result = await Task(executorPreference: BlockingThreads.shared) { try await body(gateway) }.result
    await gateway.gateway.shutdown()
    try result.get()
}
