internal import Logging
internal import NIOCore
internal import NIOEmbedded
internal import SluiceConnection
internal import SluiceMemoryLog
internal import SluiceServer
internal import SluiceTestSupport
internal import SluiceWire

extension FuzzedParser {
    /// The first byte chooses how what follows is cut into reads, and whether a PROXY header is wanted.
    static func checkConnection(_ input: [UInt8]) throws(BrokenPromise) {
        guard let choice = input.first else { return }
        let cuts: Cuts =
            switch choice >> 1 & 3 {
            case 0: .none
            case 1: .everyByte
            default: .random(seed: UInt64(choice), upTo: 40)
            }
        let answer = answer(to: cuts.pieces(of: Array(input.dropFirst())), proxyHeader: choice & 1 == 1)
        try promise(gateway.core.connectionCount == 0, "the connection is still counted")
        let prefix = "HTTP/1.1 "
        guard answer.hasPrefix(prefix) else {
            // HTTP/2 begins with SETTINGS; otherwise a request was not even complete.
            return try promise(answer.isEmpty || answer.hasPrefix("\0"), "it answered '\(answer)'")
        }
        let status = Int(answer.dropFirst(prefix.count).prefix(3))
        try promise(status.map(statuses.contains) == true, "it answered '\(answer.prefix(200))'")
    }

    /// Those in Docs/protocol.md. 500 and those that nobody expects are missing.
    private static let statuses: Set<Int> = [
        100, 101, 200, 201, 204, 400, 401, 403, 404, 405, 408, 409, 413, 415, 417, 422, 426, 431, 501, 503, 505,
    ]

    private static func answer(to pieces: [ByteBuffer], proxyHeader: Bool) -> String {
        let loop = gateway.loop
        let channel = EmbeddedChannel(loop: loop)
        channel.allowRemoteHalfClosure = true
        let socket = TestSocket(channel)
        do {
            try channel.pipeline.syncOperations.addHandler(socket)
            channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 80), promise: nil)
            try gateway.core.accept(channel, tls: nil, proxyHeader: proxyHeader)
        } catch {
            preconditionFailure("a connection is accepted: \(error)")
        }
        for piece in pieces where channel.isActive {
            // An error that no handler takes would be reported here, and the connection is closed after one.
            _ = try? channel.writeInbound(piece)
            loop.run()
        }
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        loop.advanceTime(by: .minutes(5))
        _ = try? channel.finish(acceptAlreadyClosed: true)
        loop.run()
        return String(decoding: socket.read().readableBytesView, as: UTF8.self)
    }

    /// For all connections: a gateway is not made to be thrown away. Only one thread fuzzes, and only one test replays.
    private static let gateway = {
        var configuration = GatewayConfiguration()
        configuration.connection.proxies.sources = ["0.0.0.0/0"].compactMap { IPNetwork($0) }.map { .network($0) }
        configuration.connection.limits.connectionsPerAddress = 1
        configuration.log.maximumBytes = 1 << 20
        let loop = EmbeddedEventLoop()
        do {
            let composition = try Composition(
                configuration, capacity: ConnectionCapacity(connections: 1, refusals: 1), group: loop,
                logger: Logger(label: "fuzzing", factory: { _ in SwiftLogNoOpLogHandler() }))
            return (loop: loop, core: composition.core)
        } catch {
            preconditionFailure("open loopback needs no access rules: \(error)")
        }
    }()
}
