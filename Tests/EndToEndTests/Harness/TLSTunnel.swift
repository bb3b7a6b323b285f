import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS
import Synchronization

/// A plain port through which the other clients of these tests reach a port that speaks TLS.
final class TLSTunnel: Sendable {
    let address: SocketAddress
    private let group: MultiThreadedEventLoopGroup
    private let listener: any Channel
    private let shown: Shown

    /// The certificate that the server showed in the last handshake.
    private final class Shown: Sendable {
        let certificate = Mutex<NIOSSLCertificate?>(nil)
    }

    var serverCertificate: NIOSSLCertificate? { shown.certificate.withLock(\.self) }

    /// - Parameters:
    ///   - port: the gateway's, on loopback.
    ///   - name: the host that the client asks for and expects in the certificate.
    ///   - preamble: what is sent before the handshake.
    init(
        to port: Int, for name: String, _ configuration: TLSConfiguration, preamble: ByteBuffer = ByteBuffer()
    ) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let context = try NIOSSLContext(configuration: configuration)
        let shown = Shown()
        let listener = try await ServerBootstrap(group: group)
            .childChannelOption(.autoRead, value: false)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { plain in
                ClientBootstrap(group: plain.eventLoop)
                    .channelOption(.allowRemoteHalfClosure, value: true)
                    .channelInitializer { channel in
                        channel.eventLoop.makeCompletedFuture {
                            let pipeline = channel.pipeline.syncOperations
                            try pipeline.addHandler(Preamble(preamble))
                            try pipeline.addHandler(NIOSSLClientHandler(context: context, serverHostname: name))
                            try pipeline.addHandler(
                                Relay(to: plain) { certificate in
                                    shown.certificate.withLock { $0 = certificate }
                                })
                            try plain.pipeline.syncOperations.addHandler(Relay(to: channel) { _ in })
                        }
                    }
                    .connect(host: "127.0.0.1", port: port)
                    .flatMap { _ in plain.setOption(.autoRead, value: true) }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        self.group = group
        self.shown = shown
        self.listener = listener
        guard let address = listener.localAddress else { throw ClientError.unexpected("no address") }
        self.address = address
    }

    func close() async {
        try? await listener.close()
        try? await group.shutdownGracefully()
    }

    private final class Preamble: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let bytes: ByteBuffer

        init(_ bytes: ByteBuffer) {
            self.bytes = bytes
        }

        func channelActive(context: ChannelHandlerContext) {
            context.writeAndFlush(NIOAny(bytes), promise: nil)
            context.fireChannelActive()
        }
    }

    /// Hands on what one channel reads, and its end, to the other.
    private final class Relay: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let other: any Channel
        private let handshakeCompleted: (NIOSSLCertificate?) -> Void

        init(to other: any Channel, handshakeCompleted: @escaping (NIOSSLCertificate?) -> Void) {
            self.other = other
            self.handshakeCompleted = handshakeCompleted
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            other.writeAndFlush(unwrapInboundIn(data), promise: nil)
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if case .handshakeCompleted? = event as? TLSUserEvent {
                let tls = try? context.pipeline.syncOperations.handler(type: NIOSSLClientHandler.self)
                handshakeCompleted(tls?.peerCertificate)
            } else if let event = event as? ChannelEvent, event == .inputClosed {
                other.close(mode: .output, promise: nil)
            }
        }

        func channelInactive(context: ChannelHandlerContext) {
            other.close(promise: nil)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }
}
