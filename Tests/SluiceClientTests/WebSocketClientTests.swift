import NIOCore
import NIOEmbedded
import NIOHTTP1
import SluiceTestSupport
import SluiceWire
import Testing

@testable import SluiceClient

/// The handshake and the session in an `EmbeddedChannel`, which plays the server.
struct WebSocketClientTests {
    private let channel = EmbeddedChannel()
    private let session = WebSocketClientHandler(maximumMessageBytes: 100, generator: SplitMix64(seed: 1))
    private let upgraded: EventLoopFuture<Void>
    private static let key = "dGhlIHNhbXBsZSBub25jZQ=="

    init() throws {
        let promise = channel.eventLoop.makePromise(of: Void.self)
        upgraded = promise.futureResult
        let encoder = HTTPRequestEncoder()
        let decoder = ByteToMessageHandler(HTTPResponseDecoder(leftOverBytesStrategy: .forwardBytes))
        let request = HTTPRequestHead(
            version: .http1_1, method: .GET, uri: "/subscribe",
            headers: ["host": "localhost", "sec-websocket-key": Self.key])
        try channel.pipeline.syncOperations.addHandlers([
            encoder, decoder,
            WebSocketUpgradeHandler(
                request: request, subprotocol: "sluice.v1.json", session: session, codec: [encoder, decoder],
                upgraded: promise),
        ])
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    private func answer(
        _ status: String = "101 Switching Protocols", accept: String = WebSocketHandshake.accept(forKey: key),
        subprotocol: String? = "sluice.v1.json", more: String = ""
    ) -> ByteBuffer {
        let subprotocol = subprotocol.map { "Sec-WebSocket-Protocol: \($0)\r\n" } ?? ""
        return ByteBuffer(
            string: "HTTP/1.1 \(status)\r\nUpgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\n"
                + "Sec-WebSocket-Accept: \(accept)\r\n\(subprotocol)\(more)\r\n")
    }

    private func next() throws -> WebSocketInput {
        try session.next(on: channel.eventLoop).wait()
    }

    /// What the client has sent since the last call, as a server reads it.
    private func sent() throws -> [WebSocketInput] {
        var receiver = WebSocketReceiver(role: .server, maximumMessageBytes: 1000)
        while let bytes = try channel.readOutbound(as: ByteBuffer.self) { receiver.append(bytes) }
        var inputs: [WebSocketInput] = []
        while let input = try receiver.next() { inputs.append(input) }
        return inputs
    }

    private func shakeHands() throws {
        while try channel.readOutbound(as: ByteBuffer.self) != nil {}
        try channel.writeInbound(answer())
        channel.embeddedEventLoop.run()
        try upgraded.wait()
    }

    @Test("a ping right behind the answer is answered as a frame")
    func earlyPing() throws {
        while try channel.readOutbound(as: ByteBuffer.self) != nil {}
        var bytes = answer()
        bytes.writeImmutableBuffer(WebSocketFrame.encode(.ping, ByteBuffer()))
        try channel.writeInbound(bytes)
        channel.embeddedEventLoop.run()
        #expect(try sent() == [.pong(ByteBuffer())])
    }

    private func frame(_ text: String) -> ByteBuffer { WebSocketFrame.encode(.text, ByteBuffer(string: text)) }

    @Test("frames that come right behind the answer are not lost, however the bytes are cut", arguments: [1, 7, 1000])
    func handshake(pieces: Int) throws {
        var bytes = answer()
        bytes.writeImmutableBuffer(frame("one"))
        bytes.writeImmutableBuffer(frame("two"))
        while let piece = bytes.readSlice(length: min(pieces, bytes.readableBytes)), piece.readableBytes > 0 {
            try channel.writeInbound(piece)
        }
        channel.embeddedEventLoop.run()
        try upgraded.wait()
        #expect(try next() == .text(ByteBuffer(string: "one")))
        #expect(try next() == .text(ByteBuffer(string: "two")))
    }

    @Test("a proof for another key is no agreement (RFC 6455 § 4.1)")
    func wrongAccept() throws {
        try channel.writeInbound(answer(accept: "s3pPLMBiTxaQ9kYGzzhZRbK+xOo0"))
        let error = #expect(throws: ClientError.self) { try upgraded.wait() }
        #expect(error?.code == .protocolViolation)
    }

    @Test("a server that does not speak the subprotocol, or uses an extension unasked, is refused")
    func wrongSubprotocol() throws {
        try channel.writeInbound(answer(subprotocol: nil))
        #expect(throws: ClientError.self) { try upgraded.wait() }
        let other = try WebSocketClientTests()
        try other.channel.writeInbound(other.answer(more: "Sec-WebSocket-Extensions: permessage-deflate\r\n"))
        #expect(throws: ClientError.self) { try other.upgraded.wait() }
    }

    @Test("a refused handshake says why")
    func refused() throws {
        let problem = #"{"type":"urn:sluice:problem:forbidden","detail":"not you"}"#
        try channel.writeInbound(
            ByteBuffer(string: "HTTP/1.1 403 Forbidden\r\nContent-Length: \(problem.utf8.count)\r\n\r\n\(problem)"))
        #expect(throws: ClientError(code: .refused, message: "not you (403)", problem: "forbidden", status: 403)) {
            try upgraded.wait()
        }
    }

    @Test("an overloaded gateway is tried again")
    func overloaded() throws {
        try channel.writeInbound(
            ByteBuffer(string: "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\n\r\n"))
        let loss = #expect(throws: Disconnection.self) { try upgraded.wait() }
        #expect(loss?.atLeast == .seconds(5))
    }

    @Test("a connection that breaks within the handshake is lost")
    func broken() throws {
        _ = try? channel.finish()
        #expect(throws: Disconnection.self) { try upgraded.wait() }
    }

    @Test("an answer that never comes is not waited for")
    func silent() throws {
        channel.embeddedEventLoop.advanceTime(by: SluiceClient.connectTime)
        #expect(throws: Disconnection.self) { try upgraded.wait() }
    }

    @Test("pings are answered, and what the client says is masked")
    func pings() throws {
        try shakeHands()
        try channel.writeInbound(WebSocketFrame.encode(.ping, ByteBuffer(string: "p")))
        session.send(ByteBuffer(string: "hello"))
        #expect(try sent() == [.pong(ByteBuffer(string: "p")), .text(ByteBuffer(string: "hello"))])
    }

    @Test("a close frame is answered and handed over behind what came before it")
    func close() throws {
        try shakeHands()
        try channel.writeInbound(frame("last"))
        try channel.writeInbound(WebSocketFrame.close(.goingAway, reason: "bye"))
        #expect(try sent() == [.close(.goingAway, reason: "")])
        #expect(try next() == .text(ByteBuffer(string: "last")))
        #expect(try next() == .close(.goingAway, reason: "bye"))
        #expect(throws: Disconnection.self) { try next() }
    }

    @Test("what breaks the protocol closes the session with its code")
    func violation() throws {
        try shakeHands()
        try channel.writeInbound(ByteBuffer(bytes: [0x83, 0x00]))
        #expect(try sent() == [.close(.protocolError, reason: "reserved opcode 3 (RFC 6455 § 5.2)")])
        #expect(throws: ClientError.self) { try next() }
    }

    @Test("one who waits is told when the connection breaks")
    func brokenWhileWaiting() throws {
        try shakeHands()
        let next = session.next(on: channel.eventLoop)
        _ = try? channel.finish()
        #expect(throws: Disconnection(reason: "the connection was closed")) { try next.wait() }
    }

    @Test("while enough is waiting the socket is not read, and silence means nothing")
    func backpressure() throws {
        try shakeHands()
        let reads = ReadCounter()
        try channel.pipeline.syncOperations.addHandler(reads, position: .first)
        for number in 0..<64 { try channel.writeInbound(frame("\(number)")) }
        channel.read()
        #expect(reads.count == 0)
        channel.pipeline.fireUserInboundEventTriggered(IdleStateHandler.IdleStateEvent.read)
        #expect(channel.isActive)
        #expect(try next() == .text(ByteBuffer(string: "0")))
        #expect(reads.count == 1)
        for number in 1..<64 { #expect(try next() == .text(ByteBuffer(string: "\(number)"))) }
        channel.pipeline.fireUserInboundEventTriggered(IdleStateHandler.IdleStateEvent.read)
        #expect(throws: Disconnection(reason: "nothing came for too long")) { try next() }
    }

    private final class ReadCounter: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer
        private(set) var count = 0

        func read(context: ChannelHandlerContext) {
            count += 1
            context.read()
        }
    }
}
