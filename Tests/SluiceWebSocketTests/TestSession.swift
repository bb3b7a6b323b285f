import NIOCore
import NIOEmbedded
import SluiceTestSupport
import SluiceWire
import Testing

@testable import SluiceConnection

/// A client's connection and what it was answered: a session, or a response.
final class TestSession: ExchangeTransport {
    let channel: EmbeddedChannel
    let socket: TestSocket
    private(set) var response: Response?
    private(set) var head: TakeoverHead?
    private var receiver = WebSocketReceiver(role: .client, maximumMessageBytes: 1 << 24)

    init(_ eventLoop: EmbeddedEventLoop) throws {
        channel = EmbeddedChannel(loop: eventLoop)
        socket = TestSocket(channel)
        try channel.pipeline.syncOperations.addHandler(socket)
        channel.connect(to: try SocketAddress(ipAddress: "192.0.2.1", port: 80), promise: nil)
    }

    var isClosed: Bool { !channel.isActive }
    /// Whether the gateway has said its last word.
    var isOutputClosed: Bool { socket.isOutputClosed || isClosed }

    /// Whether the gateway reads what the client sends.
    var isRead: Bool {
        channel.options.last { $0.option is ChannelOptions.Types.AutoReadOption }?.value as? Bool ?? true
    }

    // MARK: The client's side

    /// What the gateway has said since the last time: a text is itself, and everything else says what it is.
    func heard() throws -> [String] {
        receiver.append(socket.read())
        var lines: [String] = []
        while let input = try receiver.next() {
            switch input {
            case .text(let data): lines.append(String(buffer: data))
            case .binary(let data): lines.append("binary \(Array(data.readableBytesView))")
            case .ping: lines.append("ping")
            case .pong(let data): lines.append("pong \(String(buffer: data))")
            case .close(let code, _): lines.append("close \(code?.description ?? "without a code")")
            }
        }
        return lines
    }

    func send(_ texts: String...) throws {
        try send(bytes: texts.reduce(into: ByteBuffer()) { $0.writeImmutableBuffer(frame(.text, $1)) })
    }

    func send(_ opcode: WebSocketOpcode, _ payload: String = "") throws {
        try send(bytes: frame(opcode, payload))
    }

    func sendClose(_ code: WebSocketCloseCode?) throws {
        try send(bytes: WebSocketFrame.close(code, maskingKey: key))
    }

    func send(bytes: ByteBuffer) throws {
        try channel.writeInbound(bytes)
        channel.embeddedEventLoop.run()
    }

    /// The client closes its side.
    func closeInput() {
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        channel.embeddedEventLoop.run()
    }

    private let key = WebSocketMaskingKey(1, 2, 3, 4)

    private func frame(_ opcode: WebSocketOpcode, _ payload: String) -> ByteBuffer {
        WebSocketFrame.encode(opcode, ByteBuffer(string: payload), maskingKey: key)
    }

    // MARK: What an exchange asks for

    func respond(_ response: Response, to exchange: Exchange) {
        self.response = response
    }

    func takeOver(_ head: TakeoverHead, from exchange: Exchange, makeHandler: @escaping () -> any ChannelHandler) {
        self.head = head
        do {
            try channel.pipeline.syncOperations.addHandler(makeHandler())
        } catch {
            Issue.record(error)
        }
    }

    func wantsBody(of exchange: Exchange, isStream: Bool) {}

    func bodyPauseChanged() {}
    var writesToSocket: Bool { false }
}

extension TestSession: CustomReflectable {
    /// A failed expectation shows what its operands hold, and NIO cannot describe every pipeline without a trap.
    var customMirror: Mirror { Mirror(self, children: EmptyCollection()) }
}
