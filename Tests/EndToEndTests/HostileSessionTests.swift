import NIOCore
import SluiceConnection
import SluiceServer
import SluiceWebSocket
import SluiceWire
import Testing

/// Each test has a healthy session beside the hostile one, which goes on receiving.
@Suite("A hostile session", .serialized)
struct HostileSessionTests {
    private static func beside(
        _ adjust: (inout GatewayConfiguration) throws -> Void = { _ in },
        _ body: @escaping @Sendable (TestGateway) async throws -> Void
    ) async throws {
        try await withGateway(adjust) { gateway in
            let healthy = try gateway.webSocket("/topics/healthy")
            try await body(gateway)
            try gateway.publish("healthy", "still here")
            #expect(try healthy.text() == "still here")
        }
    }

    /// Masked with zeros, so that the payload can be read here.
    private static let mask: [UInt8] = [0, 0, 0, 0]

    @Test("gets its own messages back that came before the rule it breaks")
    func messageBeforeViolation() async throws {
        try await Self.beside { gateway in
            let socket = try gateway.webSocket("/topics/t")
            var bytes = WebSocket.text("before")
            bytes.writeBytes([0xA1, 0x80] + Self.mask)
            try socket.socket.send(bytes)
            #expect(try socket.text() == "before")
            #expect(try socket.closeCode() == .protocolError)
        }
    }

    @Test(
        "that breaks a rule of the protocol is closed with the code for it",
        arguments: [
            ("an unmasked frame", [0x81, 0x01, 0x61], 1002),
            ("reserved bit 1", [0xC1, 0x81] + mask + [0x61], 1002),
            ("reserved bit 2", [0xA1, 0x81] + mask + [0x61], 1002),
            ("reserved bit 3", [0x91, 0x81] + mask + [0x61], 1002),
            ("an unknown data opcode", [0x83, 0x80] + mask, 1002),
            ("an unknown control opcode", [0x8B, 0x80] + mask, 1002),
            ("a length of 2^63", [0x82, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0] + mask, 1002),
            ("a length of 2^63 - 1", [0x82, 0xFF, 0x7F, 255, 255, 255, 255, 255, 255, 255] + mask, 1009),
            ("a length in more bytes than it needs", [0x82, 0xFE, 0, 1] + mask + [0x61], 1002),
            ("a fragmented ping", [0x09, 0x80] + mask, 1002),
            ("a fragmented close", [0x08, 0x80] + mask, 1002),
            ("a ping of 126 bytes", [0x89, 0xFE, 0, 126] + mask + [UInt8](repeating: 0, count: 126), 1002),
            ("a continuation of nothing", [0x80, 0x80] + mask, 1002),
            ("a message inside another", [0x01, 0x81] + mask + [0x61, 0x81, 0x81] + mask + [0x62], 1002),
            ("text that is not UTF-8", [0x81, 0x82] + mask + [0xC3, 0x28], 1007),
            ("text that ends in the middle of a character", [0x81, 0x81] + mask + [0xC3], 1007),
            ("a surrogate", [0x81, 0x83] + mask + [0xED, 0xA0, 0x80], 1007),
            ("bad text in a fragment", [0x01, 0x81] + mask + [0xFF], 1007),
            ("half a close code", [0x88, 0x81] + mask + [0x03], 1002),
            ("a close code that is never sent", [0x88, 0x82] + mask + [0x03, 0xED], 1002),
            ("a close reason that is not UTF-8", [0x88, 0x83] + mask + [0x03, 0xE8, 0xFF], 1007),
        ] as [(String, [UInt8], Int)])
    func violations(what: String, frame: [UInt8], code: Int) async throws {
        try await Self.beside { gateway in
            for size in [1, 3, 1000] {
                let socket = try gateway.webSocket("/topics/t")
                // The gateway may have closed before it has been sent all of this.
                try? socket.socket.send(frame, inPiecesOf: size)
                #expect(try socket.closeCode()?.rawValue == UInt16(code), "\(what)")
            }
            #expect(try gateway.page("/topics/t").events.isEmpty)
        }
    }

    @Test("with a message that is too big is closed with 1009, in one frame or in many")
    func bigMessages() async throws {
        try await Self.beside {
            $0.webSocket.messageBytes = 1000
        } _: { gateway in
            let whole = try gateway.webSocket("/topics/t")
            try whole.send(.binary, [UInt8](repeating: 0, count: 1001))
            #expect(try whole.closeCode() == .messageTooBig)

            let fragments = try gateway.webSocket("/topics/t")
            let piece = ByteBuffer(repeating: 0x61, count: 400)
            for (opcode, isFinal) in [(WebSocketOpcode.text, false), (.continuation, false), (.continuation, true)] {
                try fragments.socket.send(
                    WebSocketFrame.encodeFragment(opcode, piece, isFinal: isFinal, maskingKey: WebSocket.mask))
            }
            #expect(try fragments.closeCode() == .messageTooBig)

            let exact = try gateway.webSocket("/topics/t")
            try exact.send(.binary, [UInt8](repeating: 7, count: 1000))
            #expect(try exact.message() == .binary(ByteBuffer(repeating: 7, count: 1000)))
            #expect(try gateway.page("/topics/t").events.count == 1)
        }
    }

    @Test("in single bytes, one frame and a half, or three frames in a packet, is understood")
    func pieces() async throws {
        try await Self.beside { gateway in
            let messages = ["one", "zwölf 🦆", String(repeating: "long ", count: 60)]
            var bytes: [UInt8] = []
            for message in messages { bytes += Array(WebSocket.text(message).readableBytesView) }
            let firstFrame = WebSocket.text(messages[0]).readableBytes
            let half = firstFrame + (WebSocket.text(messages[1]).readableBytes / 2)
            for pieces in [bytes.map { [$0] }, [Array(bytes[..<half]), Array(bytes[half...])], [bytes]] {
                let socket = try gateway.webSocket("/topics/t")
                for piece in pieces { try socket.socket.send(piece) }
                #expect(try socket.texts(3) == messages)
            }
            // Behind the handshake in the same packet, too.
            let connection = try gateway.connect()
            try connection.socket.send(Array(WebSocket.handshake("/topics/t").utf8) + bytes)
            #expect(try connection.head().status == 101)
            #expect(try gateway.stream("/topics/t?after=earliest").events(12).suffix(3).map(\.data) == messages)
        }
    }

    @Test("with fragments and control frames between them is understood")
    func fragments() async throws {
        try await Self.beside { gateway in
            let socket = try gateway.webSocket("/topics/t")
            func send(_ opcode: WebSocketOpcode, _ text: String, isFinal: Bool) throws {
                try socket.socket.send(
                    WebSocketFrame.encodeFragment(
                        opcode, ByteBuffer(string: text), isFinal: isFinal, maskingKey: WebSocket.mask))
            }
            try send(.text, "a", isFinal: false)
            try send(.ping, "p", isFinal: true)
            try send(.continuation, "b", isFinal: false)
            try send(.continuation, "", isFinal: true)
            #expect(try socket.next() == .pong(ByteBuffer(string: "p")))
            #expect(try socket.text() == "ab")
        }
    }

    @Test(
        "with an operation that makes no sense gets an error, and goes on",
        arguments: [
            ("", "invalid-operation"), ("x", "invalid-operation"), ("[]", "invalid-operation"),
            ("null", "invalid-operation"),
            ("{}", "invalid-operation"), (#"{"op":"dance"}"#, "invalid-operation"), (#"{"op":1}"#, "invalid-operation"),
            (#"{"op":"subscribe"}"#, "invalid-operation"), (#"{"op":"publish","topic":"t"}"#, "invalid-operation"),
            (#"{"op":"publish","topic":"t","data":{}}"#, "invalid-operation"),
            (#"{"op":"publish","topic":"*","data":""}"#, "invalid-topic"),
            (#"{"op":"publish","topic":"a//b","data":""}"#, "invalid-topic"),
            (#"{"op":"publish","topic":"a\nb","data":""}"#, "invalid-topic"),
            (#"{"op":"publish","topic":"t","data":"","type":"a\rb"}"#, "invalid-type"),
            (#"{"op":"publish","topic":"$t","data":""}"#, "forbidden"),
            (#"{"op":"subscribe","topic":"a**"}"#, "invalid-topic"),
            (#"{"op":"subscribe","topic":"**/a"}"#, "invalid-topic"),
            (#"{"op":"unsubscribe","topic":"t"}"#, "not-subscribed"),
            (#"{"op":"ping","ref":{}}"#, "invalid-operation"), (#"{"op":"ping","ref":1.5}"#, "invalid-operation"),
            (#"{"op":"ping","#, "invalid-operation"),
        ])
    func operations(text: String, code: String) async throws {
        try await withGateway { gateway in
            let session = try gateway.session()
            try session.send(text: text)
            let error = try session.operation()
            #expect(error.op == "error" && error.code == code && error.message?.isEmpty == false)
            try session.send(text: #"{"op":"ping","ref":"after"}"#)
            #expect(try session.operation("heartbeat").ref == "after")
        }
    }

    @Test("that is nested very deeply gets an error")
    func deepNesting() async throws {
        try await Self.beside { gateway in
            let session = try gateway.session()
            let deep = String(repeating: #"{"a":"#, count: 100_000)
            for text in [
                String(repeating: "[", count: 200_000), deep,
                #"{"op":"ping","x":"# + String(repeating: "[", count: 100_000),
            ] {
                try session.send(text: text)
                #expect(try session.operation().code == "invalid-operation")
            }
        }
    }

    @Test("that sends its operations as binary messages is closed with 1003")
    func binaryOperations() async throws {
        try await Self.beside { gateway in
            let session = try gateway.session()
            try session.send(.binary, Array(#"{"op":"ping"}"#.utf8))
            #expect(try session.closeCode() == .unsupportedData)
        }
    }

    @Test("cannot subscribe to more topics than the limit")
    func manyTopics() async throws {
        try await Self.beside {
            $0.connection.limits.topicsPerSubscription = 5
        } _: { gateway in
            let session = try gateway.session()
            for number in 0..<7 {
                try session.send(text: #"{"op":"subscribe","topic":"t\#(number)","ref":"\#(number)"}"#)
            }
            let errors = try (0..<2).map { _ in try session.operation("error") }
            #expect(errors.map(\.ref) == ["5", "6"] && errors.allSatisfy { $0.code == "too-many-topics" })
            try session.send(text: #"{"op":"subscribe","topic":"t0","ref":"again"}"#)
            #expect(try session.operation("error").ref == "again")
            try session.send(text: #"{"op":"unsubscribe","topic":"t0"}"#)
            try session.send(text: #"{"op":"subscribe","topic":"t5","ref":"room"}"#)
            #expect(try session.operation("live").ref == "room")
        }
    }

    @Test("that floods is closed with 4429")
    func flood() async throws {
        try await Self.beside {
            $0.webSocket.messagesPerSecond = 20
        } _: { gateway in
            let socket = try gateway.webSocket("/topics/t")
            var packet = ByteBuffer()
            for number in 0..<200 { packet.writeImmutableBuffer(WebSocket.text("\(number)")) }
            try socket.socket.send(packet)
            #expect(try socket.closeCode() == .rateLimited)
            let published = try gateway.page("/topics/t").data
            #expect((20..<60).contains(published.count))
            #expect(published == (0..<published.count).map(String.init))
        }
    }

    @Test(
        "is refused before it begins when the handshake is wrong",
        arguments: [
            (
                "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 12\r\nSec-WebSocket-Key: \(WebSocket.key)\r\n",
                426
            ),
            ("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: \(WebSocket.key)\r\n", 426),
            ("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n", 400),
            (
                "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: short\r\n",
                400
            ),
            (
                "Connection: close\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: \(WebSocket.key)\r\n",
                400
            ),
        ])
    func handshakes(fields: String, status: Int) async throws {
        try await withGateway { gateway in
            let connection = try gateway.connect()
            try connection.socket.send("GET /topics/t HTTP/1.1\r\nHost: localhost\r\n\(fields)\r\n")
            let answer = try connection.answer()
            #expect(answer.status == status && answer.problem != nil)
            if status == 426 { #expect(answer["sec-websocket-version"] == "13") }
            #expect(try connection.isAtEnd())
        }
    }
}
