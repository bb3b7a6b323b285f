internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import SluiceWire

/// An open session: frames go in and out, and nobody knows yet what they mean. It is closed with its last reference.
final class WebSocketConnection: Sendable {
    private let channel: any Channel
    private let session: NIOLoopBound<WebSocketClientHandler>

    private init(_ opening: Opening) {
        channel = opening.channel
        session = opening.session
    }

    deinit {
        close(.goingAway)
    }

    /// Connects and shakes hands.
    ///
    /// - Throws: `Disconnection`, or another error when it will not go better next time.
    static func open(
        _ client: SluiceClient, target: String, subprotocol: String
    ) async throws -> WebSocketConnection {
        let tls = try client.url.isSecure ? NIOSSLContext(configuration: client.tls) : nil
        let opening: Opening
        do {
            opening = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connectTimeout(SluiceClient.connectTime)
                .connect(host: client.url.host, port: client.url.port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try prepare(channel, client, target: target, subprotocol: subprotocol, tls)
                    }
                }
        } catch {
            throw Disconnection(reason: "\(ConnectionFault(error))")
        }
        try await withTaskCancellationHandler {
            try await opening.upgraded.get()
        } onCancel: {
            opening.channel.close(promise: nil)
        }
        return WebSocketConnection(opening)
    }

    /// The next message, or the close frame, after which nothing comes.
    func next() async throws -> WebSocketInput {
        try await withTaskCancellationHandler {
            try await channel.eventLoop.flatSubmit { [channel, session] in
                session.value.next(on: channel.eventLoop)
            }.get()
        } onCancel: {
            channel.close(promise: nil)
        }
    }

    func send(_ texts: [ByteBuffer]) {
        channel.eventLoop.execute { [session] in
            for text in texts { session.value.send(text) }
        }
    }

    func close(_ code: WebSocketCloseCode) {
        channel.eventLoop.execute { [session] in session.value.close(code) }
    }

    private struct Opening: Sendable {
        let channel: any Channel
        let session: NIOLoopBound<WebSocketClientHandler>
        let upgraded: EventLoopFuture<Void>
    }

    private static func prepare(
        _ channel: any Channel, _ client: SluiceClient, target: String, subprotocol: String, _ tls: NIOSSLContext?
    ) throws -> Opening {
        var generator = SystemRandomNumberGenerator()
        var headers = HTTPHeaders()
        headers.add(name: "host", value: client.url.authority)
        headers.add(name: "upgrade", value: "websocket")
        headers.add(name: "connection", value: "Upgrade")
        headers.add(name: "sec-websocket-key", value: WebSocketHandshake.key(using: &generator))
        headers.add(name: "sec-websocket-version", value: WebSocketHandshake.version)
        headers.add(name: "sec-websocket-protocol", value: subprotocol)
        headers.add(contentsOf: client.credentials)

        let session = WebSocketClientHandler(maximumMessageBytes: SluiceClient.maximumEventBytes)
        let encoder = HTTPRequestEncoder()
        let decoder = ByteToMessageHandler(HTTPResponseDecoder(leftOverBytesStrategy: .forwardBytes))
        let upgraded = channel.eventLoop.makePromise(of: Void.self)
        let upgrade = WebSocketUpgradeHandler(
            request: HTTPRequestHead(version: .http1_1, method: .GET, uri: target, headers: headers),
            subprotocol: subprotocol, session: session, codec: [encoder, decoder], upgraded: upgraded)

        let pipeline = channel.pipeline.syncOperations
        if let tls {
            try pipeline.addHandler(tlsHandler(tls, host: client.url.host))
        }
        try pipeline.addHandler(IdleStateHandler(readTimeout: SluiceClient.idleTime))
        try pipeline.addHandlers([encoder, decoder, upgrade])
        return Opening(
            channel: channel, session: NIOLoopBound(session, eventLoop: channel.eventLoop),
            upgraded: upgraded.futureResult)
    }

    /// An address is not a server name (RFC 6066 § 3); the certificate is compared with the peer's address then.
    private static func tlsHandler(_ context: NIOSSLContext, host: String) throws -> NIOSSLClientHandler {
        let isAddress = (try? SocketAddress(ipAddress: host, port: 0)) != nil
        return try NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : host)
    }
}
