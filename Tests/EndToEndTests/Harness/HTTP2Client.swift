import NIOCore
import NIOHPACK
import SluiceWire

/// A blocking HTTP/2 connection to the gateway, with nothing between the test and the frames (RFC 9113).
final class HTTP2Client {
    struct Frame {
        let type: FrameType?
        let flags: UInt8
        let stream: Int
        let payload: ByteBuffer

        /// END_STREAM, or of SETTINGS and PING their ACK.
        var hasFirstFlag: Bool { flags & 0x1 != 0 }

        /// The error code of RST_STREAM, or of GOAWAY.
        var errorCode: UInt32? { payload.getInteger(at: payload.readerIndex + (type == .goAway ? 4 : 0)) }
    }

    enum FrameType: UInt8 {
        case data = 0
        case headers, priority, reset, settings, pushPromise, ping, goAway, windowUpdate, continuation
    }

    let socket: Socket
    private var inbound = ByteBuffer()
    private var encoder = HPACKEncoder(allocator: ByteBufferAllocator())
    private var decoder = HPACKDecoder(allocator: ByteBufferAllocator())
    private var nextStream = 1
    /// Frames of other streams than the one that was read.
    private var unread: [Frame] = []
    var answersPings = true
    /// What is sent together later.
    private var gathered: ByteBuffer?

    /// - Parameter window: how many bytes of content a stream may send before it is granted more.
    convenience init(to address: SocketAddress, window: UInt32 = 65535) throws {
        try self.init(over: Socket(to: address), window: window)
    }

    init(over socket: Socket, window: UInt32 = 65535) throws {
        self.socket = socket
        try socket.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        var settings = ByteBuffer()
        settings.writeInteger(UInt16(4))
        settings.writeInteger(window)
        try send(.settings, settings)
        // The gateway's settings come first (RFC 9113 § 3.4); a WebSocket may be asked for only when they allow it.
        var first = parse()
        while first == nil, try socket.receive(into: &inbound) { first = parse() }
        guard first?.type == .settings else { throw ClientError.unexpected("not HTTP/2") }
        try send(.settings, flags: 0x1)
    }

    // MARK: Frames

    func send(_ type: FrameType, flags: UInt8 = 0, stream: Int = 0, _ payload: ByteBuffer = ByteBuffer()) throws {
        var frame = ByteBuffer()
        frame.writeInteger(UInt8(payload.readableBytes >> 16))
        frame.writeInteger(UInt16(truncatingIfNeeded: payload.readableBytes))
        frame.writeInteger(type.rawValue)
        frame.writeInteger(flags)
        frame.writeInteger(UInt32(stream))
        frame.writeImmutableBuffer(payload)
        if gathered == nil { try socket.send(frame) } else { gathered?.writeImmutableBuffer(frame) }
    }

    /// Has the frames that the body sends arrive in one piece.
    func atOnce<Result>(_ body: () throws -> Result) throws -> Result {
        gathered = ByteBuffer()
        let result = try body()
        if let gathered { try socket.send(gathered) }
        gathered = nil
        return result
    }

    /// The next frame, whatever it belongs to; nil at the end of the connection. Settings and pings are answered.
    func frame() throws -> Frame? {
        while true {
            while let frame = parse() {
                switch frame.type {
                case .settings where !frame.hasFirstFlag: try send(.settings, flags: 0x1)
                case .ping where !frame.hasFirstFlag && answersPings: try send(.ping, flags: 0x1, frame.payload)
                case .settings, .ping: break
                default: return frame
                }
            }
            guard try socket.receive(into: &inbound) else { return nil }
        }
    }

    private func parse() -> Frame? {
        guard inbound.readableBytes >= 9, let high: UInt8 = inbound.getInteger(at: inbound.readerIndex),
            let low: UInt16 = inbound.getInteger(at: inbound.readerIndex + 1)
        else { return nil }
        let length = Int(high) << 16 | Int(low)
        guard inbound.readableBytes >= 9 + length, var header = inbound.readSlice(length: 9),
            let payload = inbound.readSlice(length: length)
        else { return nil }
        header.moveReaderIndex(forwardBy: 3)
        guard let type: UInt8 = header.readInteger(), let flags: UInt8 = header.readInteger(),
            let stream: UInt32 = header.readInteger()
        else { return nil }
        return Frame(type: FrameType(rawValue: type), flags: flags, stream: Int(stream), payload: payload)
    }

    /// The next frame of a stream.
    ///
    /// - Throws: when the connection ends before it.
    func frame(of stream: Int) throws -> Frame {
        if let index = unread.firstIndex(where: { $0.stream == stream }) { return unread.remove(at: index) }
        while let frame = try frame() {
            if frame.stream == stream { return frame }
            unread.append(frame)
        }
        throw ClientError.endedEarly("stream \(stream)")
    }

    /// Whether a frame of a stream came and was not asked for.
    func hasFrame(of stream: Int) -> Bool { unread.contains { $0.stream == stream } }

    // MARK: Requests

    /// Begins a request.
    ///
    /// - Parameter isWhole: whether nothing follows the header.
    /// - Returns: its stream.
    func open(
        _ method: String, _ target: String, _ headers: KeyValuePairs<String, String> = [:], isWhole: Bool = true,
        accept: String? = nil, tunnelProtocol: String? = nil
    ) throws -> Int {
        let stream = nextStream
        nextStream += 2
        var fields = HPACKHeaders([
            (":method", method), (":scheme", "http"), (":authority", "localhost"), (":path", target),
        ])
        if let accept { fields.add(name: "accept", value: accept) }
        if let tunnelProtocol { fields.add(name: ":protocol", value: tunnelProtocol) }
        for (name, value) in headers { fields.add(name: name, value: value) }
        try send(.headers, flags: isWhole ? 0x5 : 0x4, stream: stream, encode(fields))
        return stream
    }

    func encode(_ fields: HPACKHeaders) throws -> ByteBuffer {
        var block = ByteBuffer()
        try encoder.encode(headers: fields, to: &block)
        return block
    }

    func send(_ text: String, on stream: Int, isLast: Bool = false) throws {
        try send(.data, flags: isLast ? 0x1 : 0, stream: stream, ByteBuffer(string: text))
    }

    /// Lets the gateway send so many bytes more on a stream, or, by 0, on the connection.
    func grant(_ bytes: UInt32, to stream: Int) throws {
        try send(.windowUpdate, stream: stream, ByteBuffer(integer: bytes))
    }

    func reset(_ stream: Int) throws {
        try send(.reset, stream: stream, ByteBuffer(integer: UInt32(8)))
    }

    // MARK: Answers

    func head(of stream: Int) throws -> (answer: Answer, isWhole: Bool) {
        let frame = try frame(of: stream)
        guard frame.type == .headers else { throw ClientError.unexpected("\(frame)") }
        var block = frame.payload
        var answer = Answer(status: 0, headers: [])
        for (name, value, _) in try decoder.decodeHeaders(from: &block) {
            if name == ":status" { answer.status = Int(value) ?? 0 } else { answer.headers.append((name, value)) }
        }
        return (answer, frame.hasFirstFlag)
    }

    /// The whole answer, granting the gateway as much as it sends.
    func answer(to stream: Int) throws -> Answer {
        var (answer, isWhole) = try head(of: stream)
        while !isWhole {
            let frame = try frame(of: stream)
            guard frame.type == .data else { throw ClientError.unexpected("\(frame)") }
            answer.body.writeImmutableBuffer(frame.payload)
            isWhole = frame.hasFirstFlag
            guard frame.payload.readableBytes > 0 else { continue }
            try grant(UInt32(frame.payload.readableBytes), to: 0)
            if !isWhole { try grant(UInt32(frame.payload.readableBytes), to: stream) }
        }
        return answer
    }

    func ask(
        _ method: String, _ target: String, _ headers: KeyValuePairs<String, String> = [:], body: String? = nil
    ) throws -> Answer {
        let stream = try open(method, target, headers, isWhole: body == nil)
        if let body { try send(body, on: stream, isLast: true) }
        return try answer(to: stream)
    }

    /// Reads on to the end of the connection.
    ///
    /// - Returns: the error code of the last GOAWAY.
    func errorAtEnd() throws -> UInt32? {
        var code = unread.last { $0.type == .goAway }?.errorCode
        while let frame = try frame() {
            if frame.type == .goAway { code = frame.errorCode }
        }
        return code
    }
}

/// A subscriber over one stream of an HTTP/2 connection.
final class HTTP2EventStream {
    let stream: Int
    private let client: HTTP2Client
    private var parser = EventStreamParser(maximumEventBytes: 16 << 20)
    private var hasEnded = false
    /// Whether the gateway is granted what it has sent.
    var reads = true

    init(_ client: HTTP2Client, _ target: String, _ headers: KeyValuePairs<String, String> = [:]) throws {
        self.client = client
        stream = try client.open("GET", target, headers, accept: "text/event-stream")
        let head = try client.head(of: stream).answer
        guard head.status == 200, head["content-type"] == "text/event-stream" else {
            throw ClientError.unexpected("\(head)")
        }
    }

    /// The next thing that the stream says; nil at its end, which is END_STREAM.
    func next() throws -> EventStreamItem? {
        while true {
            if let item = try parser.next() { return item }
            guard !hasEnded else { return nil }
            let frame = try client.frame(of: stream)
            guard frame.type == .data else { throw ClientError.unexpected("\(frame)") }
            hasEnded = frame.hasFirstFlag
            parser.append(frame.payload)
            guard reads, frame.payload.readableBytes > 0 else { continue }
            try client.grant(UInt32(frame.payload.readableBytes), to: 0)
            if !hasEnded { try client.grant(UInt32(frame.payload.readableBytes), to: stream) }
        }
    }

    func event() throws -> EventStream.Event {
        while let item = try next() {
            if let event = EventStream.Event(item), event.type != "sluice.start" { return event }
        }
        throw ClientError.endedEarly("an event stream")
    }
}

/// A WebSocket's bytes over one stream of an HTTP/2 connection (RFC 8441).
final class HTTP2Tunnel: ByteStream {
    let head: Answer
    let stream: Int
    private let client: HTTP2Client
    private var hasEnded = false

    /// - Throws: unless the gateway agrees.
    init(_ client: HTTP2Client, target: String, headers: KeyValuePairs<String, String> = [:]) throws {
        self.client = client
        stream = try client.open("CONNECT", target, headers, isWhole: false, tunnelProtocol: "websocket")
        head = try client.head(of: stream).answer
        guard head.status == 200 else { throw ClientError.unexpected("\(head)") }
    }

    func send(_ buffer: ByteBuffer) throws { try client.send(.data, stream: stream, buffer) }

    func end() throws { try client.send(.data, flags: 0x1, stream: stream) }

    func receive(into buffer: inout ByteBuffer) throws -> Bool {
        guard !hasEnded else { return false }
        let frame = try client.frame(of: stream)
        guard frame.type == .data else { throw ClientError.unexpected("\(frame)") }
        hasEnded = frame.hasFirstFlag
        buffer.writeImmutableBuffer(frame.payload)
        guard frame.payload.readableBytes > 0 else { return !hasEnded }
        try client.grant(UInt32(frame.payload.readableBytes), to: 0)
        if !hasEnded { try client.grant(UInt32(frame.payload.readableBytes), to: stream) }
        return true
    }
}
