import FoundationEssentials
import NIOCore
import SluiceWire

/// A subscriber over WebSocket.
final class WebSocket {
    let head: Answer
    /// The connection that it is on.
    let socket: Socket
    private let wire: any ByteStream
    private var receiver = WebSocketReceiver(role: .client, maximumMessageBytes: 16 << 20, inflater: Inflater())
    /// How many bytes of frames have come.
    private(set) var receivedBytes = 0
    private var inbound: ByteBuffer
    private var isOver = false

    static let key = "dGhlIHNhbXBsZSBub25jZQ=="
    static let mask = WebSocketMaskingKey(0x37, 0xFA, 0x21, 0x3D)

    static func handshake(
        _ target: String, subprotocol: String? = nil, headers: KeyValuePairs<String, String> = [:]
    ) -> String {
        var request = "GET \(target) HTTP/1.1\r\n"
        if !headers.contains(where: { $0.key == "Host" }) { request += "Host: localhost\r\n" }
        request +=
            "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: \(key)\r\n"
        if let subprotocol { request += "Sec-WebSocket-Protocol: \(subprotocol)\r\n" }
        for (name, value) in headers { request += "\(name): \(value)\r\n" }
        return request + "\r\n"
    }

    /// - Throws: unless the gateway agrees to the upgrade.
    init(
        _ connection: HTTPConnection, target: String, subprotocol: String? = nil,
        headers: KeyValuePairs<String, String> = [:]
    ) throws {
        try connection.socket.send(Self.handshake(target, subprotocol: subprotocol, headers: headers))
        head = try connection.head()
        guard head.status == 101, head["sec-websocket-accept"] == WebSocketHandshake.accept(forKey: Self.key),
            head["sec-websocket-protocol"] == subprotocol
        else { throw ClientError.unexpected("\(head)") }
        socket = connection.socket
        wire = connection.socket
        inbound = connection.inbound
    }

    /// Over a stream of an HTTP/2 connection (RFC 8441).
    init(_ client: HTTP2Client, target: String, headers: KeyValuePairs<String, String> = [:]) throws {
        let tunnel = try HTTP2Tunnel(client, target: target, headers: headers)
        head = tunnel.head
        socket = client.socket
        wire = tunnel
        inbound = ByteBuffer()
    }

    // MARK: Sending

    static func text(_ text: String) -> ByteBuffer {
        WebSocketFrame.encode(.text, ByteBuffer(string: text), maskingKey: mask)
    }

    func send(text: String) throws { try wire.send(Self.text(text)) }

    /// Sends a text as `permessage-deflate` compresses it.
    func send(compressed text: String) throws {
        var payload = ByteBuffer()
        Deflater(windowBits: 15, level: 6).deflate(ByteBuffer(string: text), into: &payload)
        payload.moveWriterIndex(to: payload.writerIndex - Deflater.tail.count)
        try wire.send(WebSocketFrame.encode(.text, payload, isCompressed: true, maskingKey: Self.mask))
    }

    func send(_ opcode: WebSocketOpcode, _ bytes: [UInt8]) throws {
        try wire.send(WebSocketFrame.encode(opcode, ByteBuffer(bytes: bytes), maskingKey: Self.mask))
    }

    func send(close code: WebSocketCloseCode, reason: String = "") throws {
        try wire.send(WebSocketFrame.close(code, reason: reason, maskingKey: Self.mask))
    }

    // MARK: Receiving

    /// The next thing that the gateway says; nil at the connection's end.
    func next() throws -> WebSocketInput? {
        while true {
            receivedBytes += inbound.readableBytes
            receiver.append(inbound)
            inbound = ByteBuffer()
            if let input = try receiver.next() { return input }
            if isOver { return nil }
            isOver = try !wire.receive(into: &inbound)
        }
    }

    /// The next message, answering pings on the way.
    func message() throws -> WebSocketInput {
        while let input = try next() {
            switch input {
            case .ping(let data): try wire.send(WebSocketFrame.encode(.pong, data, maskingKey: Self.mask))
            case .pong: continue
            case .text, .binary: return input
            case .close(let code, let reason): throw ClientError.closed(code, reason: reason)
            }
        }
        throw ClientError.endedEarly("a WebSocket")
    }

    /// The next message's text.
    func text() throws -> String {
        guard case .text(let data) = try message() else { throw ClientError.unexpected("a binary message") }
        return String(buffer: data)
    }

    func texts(_ count: Int) throws -> [String] { try (0..<count).map { _ in try text() } }

    /// The next message of `sluice.v1.json`.
    func operation() throws -> Message { try JSONDecoder().decode(Message.self, from: Data(try text().utf8)) }

    /// The next message with this `op`.
    func operation(_ op: String) throws -> Message {
        while true {
            let message = try operation()
            if message.op == op { return message }
        }
    }

    /// The code that the gateway closes with, whatever comes before.
    func closeCode() throws -> WebSocketCloseCode? {
        while let input = try next() {
            if case .close(let code, _) = input { return code }
        }
        throw ClientError.endedEarly("a WebSocket, without a close frame")
    }
}
