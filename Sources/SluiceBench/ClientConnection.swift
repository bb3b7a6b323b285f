internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTP2
internal import NIOPosix
internal import NIOSSL
internal import SluiceClient

/// Where a benchmark's connections go, and how they begin.
struct ClientConnection: Sendable {
    let url: GatewayURL
    private let address: SocketAddress
    private let tls: NIOSSLContext?
    /// Where the connections come from: on loopback, one address has too few ports for very many of them.
    private let source: SocketAddress?

    /// - Throws: `BenchmarkError`
    init(_ text: String, authority: String?, http2: Bool = false, source: Int = 0) throws {
        do {
            url = try GatewayURL(text)
            address = try SocketAddress.makeAddressResolvingHost(url.host, port: url.port)
            tls = try url.isSecure ? Self.tls(authority: authority, protocols: [http2 ? "h2" : "http/1.1"]) : nil
            self.source =
                source > 0 && address.ipAddress == "127.0.0.1"
                ? try SocketAddress(ipAddress: "127.0.0.\(1 + source)", port: 0) : nil
        } catch {
            throw BenchmarkError("\(error)")
        }
    }

    private static func tls(authority: String?, protocols: [String]) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.applicationProtocols = protocols
        if let authority { configuration.trustRoots = .file(authority) }
        return try NIOSSLContext(configuration: configuration)
    }

    /// - Parameter body: adds the handlers, before the connection is made.
    func open(
        on eventLoop: any EventLoop, receiveBuffer: Int? = nil,
        _ body: @escaping @Sendable (any Channel) throws -> Void
    ) -> EventLoopFuture<any Channel> {
        var bootstrap = ClientBootstrap(group: eventLoop)
            .connectTimeout(.seconds(10))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        let isAddress = (try? SocketAddress(ipAddress: url.host, port: 0)) != nil
                        try channel.pipeline.syncOperations.addHandler(
                            NIOSSLClientHandler(context: tls, serverHostname: isAddress ? nil : url.host))
                    }
                    try body(channel)
                }
            }
        if let receiveBuffer {
            bootstrap = bootstrap.channelOption(
                .socketOption(.so_rcvbuf), value: SocketOptionValue(receiveBuffer)
            ).channelOption(.autoRead, value: false)
        }
        if let source { bootstrap = bootstrap.bind(to: source) }
        return bootstrap.connect(to: address)
    }

    func head(
        _ method: HTTPMethod, _ path: String, _ fields: [(String, String)], _ more: [BenchmarkPlan.Field]
    ) -> HTTPRequestHead {
        var head = HTTPRequestHead(
            version: .http1_1, method: method, uri: url.target(encoded: path), headers: ["host": url.authority])
        for (name, value) in fields { head.headers.add(name: name, value: value) }
        for field in more { head.headers.replaceOrAdd(name: field.name, value: field.value) }
        return head
    }
}
