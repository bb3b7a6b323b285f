import NIOCore
import SluiceSSE
import SluiceServer
import SluiceTestSupport
import SluiceWebSocket
import SluiceWire
import Testing

@Suite("Compression")
struct CompressionTests {
    private static let large = (0..<1500).map { "{\"number\":\($0)}" }.joined(separator: "\n")
    private static let offer: KeyValuePairs = [
        "Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits"
    ]

    @Test("of messages is agreed on, and goes both ways")
    func webSocket() async throws {
        try await withGateway { gateway in
            let socket = try WebSocket(gateway.connect(), target: "/topics/t", headers: Self.offer)
            #expect(
                socket.head["sec-websocket-extensions"]
                    == "permessage-deflate; server_no_context_takeover; client_no_context_takeover")
            let plain = try WebSocket(gateway.connect(), target: "/topics/t")
            #expect(plain.head["sec-websocket-extensions"] == nil)
            for text in ["small", Self.large, ""] {
                try socket.send(compressed: text)
                #expect(try socket.text() == text)
                #expect(try plain.text() == text)
            }
            let counted = try gateway.ask("GET", "/metrics").text
            #expect(counted.contains("sluice_delivered_events_total{format=\"websocket-raw\"} 6"))
            #expect(socket.receivedBytes < Self.large.utf8.count / 3)
            #expect(plain.receivedBytes > Self.large.utf8.count)
        }
    }

    @Test("of a session covers events from the log, with and without a reference")
    func session() async throws {
        try await withGateway { gateway in
            try gateway.publish("t", Self.large)
            let session = try WebSocket(
                gateway.connect(), target: "/subscribe?topic=t&after=earliest", subprotocol: "sluice.v1.json",
                headers: Self.offer)
            #expect(try session.operation("event").data == Self.large)
            try session.send(text: #"{"op":"unsubscribe","topic":"t"}"#)
            try session.send(text: #"{"op":"subscribe","topic":"t","after":"earliest","ref":"7"}"#)
            let event = try session.operation("event")
            #expect(event.data == Self.large)
            #expect(session.receivedBytes < Self.large.utf8.count)
        }
    }

    @Test("a message that expands beyond the limit closes the session with 1009")
    func bomb() async throws {
        try await withGateway { gateway in
            let socket = try WebSocket(gateway.connect(), target: "/topics/t", headers: Self.offer)
            try socket.send(compressed: String(repeating: "0", count: 2 << 20))
            #expect(try socket.closeCode() == .messageTooBig)
        }
    }

    @Test("is declined where it is turned off, and for an offer that is malformed the handshake is refused")
    func declined() async throws {
        try await withGateway {
            $0.webSocket.permessageDeflate = false
            $0.eventStream.gzip = false
        } _: { gateway in
            let socket = try WebSocket(gateway.connect(), target: "/topics/t", headers: Self.offer)
            #expect(socket.head["sec-websocket-extensions"] == nil)
            let stream = try EventStream(gateway.connect(), target: "/topics/t", headers: ["Accept-Encoding": "gzip"])
            #expect(stream.head["content-encoding"] == nil)
            let connection = try gateway.connect()
            try connection.socket.send(
                WebSocket.handshake("/topics/t", headers: ["Sec-WebSocket-Extensions": "permessage-deflate; =1"]))
            let refused = try connection.answer()
            #expect(refused.status == 400)
            #expect(refused.problem == "invalid-handshake")
        }
    }

    @Test("of a stream is gzip, event by event, and ends with its checksum")
    func eventStream() async throws {
        try await withGateway { gateway in
            let connection = try gateway.connect()
            try connection.socket.send(
                "GET /topics/t HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n"
                    + "Accept-Encoding: br, gzip;q=0.5\r\n\r\n")
            let head = try connection.head()
            #expect(head["content-encoding"] == "gzip")
            var received = connection.inbound
            // Each event can be read as soon as it is there.
            for text in ["small", Self.large, "last"] {
                try gateway.publish("t", text)
                let lastLine = try #require(text.split(separator: "\n").last)
                while try !Gunzip.text(received).hasSuffix("data: \(lastLine)\n\n") {
                    #expect(try connection.socket.receive(into: &received))
                }
            }
            #expect(try gateway.ask("POST", "/topics/t?end=true", body: "end").status == 201)
            while try connection.socket.receive(into: &received) {}
            #expect(received.readableBytes < Self.large.utf8.count / 3)
            let whole = try Gunzip.whole(received)
            #expect(whole.contains("event: sluice.end\n"))
        }
    }

    @Test("of a stream is left out for a client that does not accept it", arguments: ["gzip;q=0", "br", "*;q=0"])
    func notAccepted(encodings: String) async throws {
        try await withGateway { gateway in
            let stream = try EventStream(
                gateway.connect(), target: "/topics/t", headers: ["Accept-Encoding": encodings])
            #expect(stream.head["content-encoding"] == nil)
            try gateway.publish("t", "plain")
            #expect(try stream.event().data == "plain")
        }
    }
}

/// Reads a gzip stream (RFC 1952) as far as it has come.
private enum Gunzip {
    /// The content so far.
    static func text(_ stream: ByteBuffer) throws -> String {
        var stream = stream
        let header = stream.readSlice(length: 10)
        guard header == GzipStream.header else { return "" }
        // An unfinished block at the end is the next read's.
        guard let content = try? Inflater().inflate(stream, limit: 1 << 20) else { return "" }
        return String(buffer: content)
    }

    /// The content of a stream that has ended, if the trailer is right.
    static func whole(_ stream: ByteBuffer) throws -> String {
        let bytes = stream.readableBytesView
        #expect(ByteBuffer(bytes.prefix(10)) == GzipStream.header)
        let data = ByteBuffer(bytes.dropFirst(10).dropLast(8))
        let trailer = ByteBuffer(bytes.suffix(8))
        let content = try Inflater().inflate(data, limit: 1 << 20)
        #expect(trailer.getInteger(at: trailer.readerIndex, endianness: .little) == CRC32.of(content))
        #expect(
            trailer.getInteger(at: trailer.readerIndex + 4, endianness: .little) == UInt32(content.readableBytes))
        return String(buffer: content)
    }
}
