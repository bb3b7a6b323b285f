import CoreMetrics
import Logging
import NIOCore
import NIOEmbedded
import NIOHTTP1
import SluiceAccess
import SluiceBus
import SluiceMemoryLog
import SluiceTopics
import SluiceWire

@testable import SluiceConnection

/// One HTTP/1.1 connection without a socket. Its gateway has a few resources that answer when a test wants it.
final class TestConnection {
    let eventLoop = EmbeddedEventLoop()
    let channel: EmbeddedChannel
    private let socket = HalfClosingSocket()
    private let exchanges = Exchanges()

    /// The requests that were routed, and wait for the test to answer them.
    final class Exchanges {
        var all: [Exchange] = []
        /// How many were routed and answered at once.
        var answered = 0
    }

    init(admission: ConnectionGate.Admission = .granted, limits: ConnectionConfiguration.Limits = .init()) throws {
        var configuration = ConnectionConfiguration()
        configuration.limits = limits
        var generator = SystemRandomNumberGenerator()
        let log = MemoryLog(configuration: MemoryLog.Configuration(), epoch: Epoch(using: &generator)) {
            Timestamp(milliseconds: 784_111_777_000)
        }
        let bound = NIOLoopBound(exchanges, eventLoop: eventLoop)
        let core = ConnectionCore(
            configuration: configuration, capacity: ConnectionCapacity(connections: 10, refusals: 10),
            router: TestConnection.router(bound),
            bus: TopicBus(log: log, eventLoops: [eventLoop]), group: eventLoop,
            instruments: Instruments(factory: NOOPMetricsHandler.instance), logger: Logger(label: "test"),
            now: { Timestamp(milliseconds: 784_111_777_000) })
        channel = EmbeddedChannel(loop: eventLoop)
        channel.allowRemoteHalfClosure = true
        var parsing = NIOHTTPDecoderLimitConfiguration()
        parsing.maxHeaderListSize = configuration.limits.headerBytes
        let decoder = ByteToMessageHandler(
            HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: parsing))
        let connection = HTTP1Connection(
            loop: core.loopContext(of: eventLoop),
            peer: Peer(admission: admission, address: IPAddress("127.0.0.1"), proxies: TrustedProxies()),
            isTLS: false, decoder: decoder)
        try channel.pipeline.syncOperations.addHandlers([socket, decoder, connection])
        channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 80), promise: nil)
    }

    private static func router(_ exchanges: NIOLoopBound<Exchanges>) -> Router {
        let refuse: Router.TopicEndpoints.Subscribe = { exchange, _ in exchange.respond(.notFound("")) }
        return Router(
            topics: Router.TopicEndpoints(webSocket: refuse, eventStream: refuse, history: refuse) { exchange, _ in
                exchange.respond(.notFound(""))
            },
            resources: [
                "/now": [
                    "GET": { exchange in
                        exchanges.value.answered += 1
                        exchange.respond(.text(200, "now\n"))
                    }
                ],
                "/later": ["GET": { exchanges.value.all.append($0) }],
                "/echo": [
                    "POST": { exchange in
                        exchange.collectBody(limit: 100) { body in
                            do throws(Problem) {
                                exchange.respond(Response(status: 200, body: try body.get()))
                            } catch {
                                exchange.respond(error)
                            }
                        }
                    }
                ],
                "/ignore": ["POST": { $0.respond(Response(status: 204)) }],
                "/take": [
                    "GET": { exchange in
                        exchange.takeOver(TakeoverHead(status: 101, headers: [("upgrade", "test")])) { Echo() }
                    }
                ],
            ],
            essentials: [],
            routes: [:],
            authorizer: KeyAuthorizer(
                anonymous: .none, keys: [], allowsKeyInQuery: false,
                tickets: TicketOffice(configuration: TicketOffice.Configuration())),
            origins: OriginPolicy(allowedOrigins: [], allowedHosts: [], isOpenLoopback: false))
    }

    func send(_ text: String) throws {
        try channel.writeInbound(ByteBuffer(string: text))
    }

    /// Sends each line with CRLF, and an empty one.
    func request(_ lines: String...) throws {
        try send((lines + ["", ""]).joined(separator: "\r\n"))
    }

    /// What was written and flushed since the last time, once the event loop has nothing left to do.
    func answer() throws -> String {
        eventLoop.run()
        return try flushed()
    }

    /// What was written and flushed already.
    func flushed() throws -> String {
        var text = ""
        while let buffer = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: buffer) }
        return text
    }

    /// The status and content of each answer in `answer()`.
    func answers() throws -> [String] {
        var rest = Substring(try answer())
        var answers: [String] = []
        while rest.hasPrefix("HTTP/1.1 ") {
            let status = rest.dropFirst(9).prefix(3)
            guard let end = rest.firstRange(of: "\r\n\r\n") else { break }
            let head = rest[..<end.lowerBound]
            let length = head.firstRange(of: "content-length: ").flatMap { field in
                Int(head[field.upperBound...].prefix { $0.isNumber })
            }
            let content = rest[end.upperBound...].prefix(length ?? 0)
            rest = rest[end.upperBound...].dropFirst(length ?? 0)
            answers.append(content.isEmpty ? String(status) : "\(status) \(content.trimmingSuffix("\n"))")
        }
        if !rest.isEmpty { answers.append("and \(rest)") }
        return answers
    }

    /// The exchanges of `/later`, oldest first.
    var later: [Exchange] { exchanges.all }

    /// How many requests for `/now` there were.
    var answered: Int { exchanges.answered }

    /// Whether the connection, or at least its sending side, is closed.
    var isClosing: Bool { !channel.isActive || socket.isOutputClosed }

    /// Whether the connection is read.
    var isRead: Bool {
        channel.options.last { $0.option is ChannelOptions.Types.AutoReadOption }?.value as? Bool ?? true
    }

    private final class Echo: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            context.writeAndFlush(wrapOutboundOut(unwrapInboundIn(data)), promise: nil)
        }
    }
}

extension TestConnection: CustomReflectable {
    /// A failed expectation shows what its operands hold, and NIO cannot describe every pipeline without a trap.
    var customMirror: Mirror { Mirror(self, children: EmptyCollection()) }
}

/// Closes its sending side alone, as a TCP connection can.
private final class HalfClosingSocket: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer

    private(set) var isOutputClosed = false

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        switch mode {
        case .output:
            isOutputClosed = true
            promise?.succeed()
        case .input, .all:
            context.close(mode: mode, promise: promise)
        }
    }
}

extension Substring {
    fileprivate func trimmingSuffix(_ suffix: String) -> Substring {
        hasSuffix(suffix) ? dropLast(suffix.count) : self
    }
}
