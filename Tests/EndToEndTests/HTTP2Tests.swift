import NIOCore
import NIOHPACK
import NIOSSL
import SluiceCertificates
import SluiceConnection
import SluiceLog
import SluiceMemoryLog
import SluiceServer
import SluiceTopics
import SluiceWire
import Testing

@Suite("HTTP/2", .serialized)
struct HTTP2Tests {
    @Test("carries every endpoint, many requests to a connection")
    func endpoints() async throws {
        try await withGateway { gateway in
            let client = try HTTP2Client(to: gateway.address)
            let stored = try client.ask(
                "POST", "/topics/t?type=greeting", ["content-type": "text/plain"], body: "hello")
            #expect(stored.status == 201)
            let page = try client.ask("GET", "/topics/t?format=json").json(HistoryPage.self)
            #expect(page.events.map(\.data) == ["hello"] && page.events.map(\.type) == ["greeting"])
            let batch = try client.ask("POST", "/topics", body: #"[{"topic":"a","data":"1"},{"topic":"b","data":"2"}]"#)
            #expect(batch.status == 201)
            let lines = try client.ask(
                "POST", "/topics/lines", ["content-type": "application/x-ndjson"], body: #"{"data":"1"}"# + "\n")
            #expect(lines.status == 201)
            for path in ["/", "/healthz", "/readyz", "/metrics"] {
                let whole = try client.ask("GET", path)
                let head = try client.ask("HEAD", path)
                #expect(whole.status == 200 && head.status == 200 && head.body.readableBytes == 0)
                #expect(whole["date"] != nil && whole["content-length"] == "\(whole.body.readableBytes)")
            }
            #expect(try client.ask("GET", "/nothing").problem == "not-found")
            #expect(try client.ask("DELETE", "/topics/t").problem == "method-not-allowed")
            #expect(try client.ask("GET", "/topics/a%2Fb").problem == "invalid-topic")
        }
    }

    @Test("is what a client gets that offers it in the TLS handshake")
    func negotiated() async throws {
        try await withCertificates { folder in
            try folder.write("server", for: ["localhost"])
            try await withGateway(folder.configure("server")) { gateway in
                var configuration = folder.client()
                configuration.applicationProtocols = ["h2", "http/1.1"]
                try await withTunnel(to: gateway, configuration) { gateway, _ in
                    let client = try HTTP2Client(to: gateway.address)
                    let stream = try HTTP2EventStream(client, "/topics/t")
                    #expect(try client.ask("POST", "/topics/t", body: "hello").status == 201)
                    #expect(try stream.event().data == "hello")
                }
            }
        }
    }

    @Test("carries many streams on one connection, and the end of one is nothing to the others")
    func manyStreams() async throws {
        try await withGateway { gateway in
            let client = try HTTP2Client(to: gateway.address)
            var streams = try (0..<50).map { try HTTP2EventStream(client, "/subscribe?topic=all&topic=own/\($0)") }
            let first = try gateway.publish("all", "to all")
            for stream in streams { #expect(try stream.event().id == first) }
            try client.reset(streams.removeFirst().stream)
            let own = try gateway.publish("own/7", "to one")
            #expect(try streams[6].event().id == own)
            let second = try gateway.publish("all", "to all that are left")
            for stream in streams { #expect(try stream.event().id == second) }
        }
    }

    @Test("takes a streaming body event by event while it arrives")
    func streamingBody() async throws {
        try await withGateway { gateway in
            let client = try HTTP2Client(to: gateway.address)
            let subscriber = try gateway.stream("/topics/t")
            let upload = try client.open("POST", "/topics/t", ["content-type": "application/x-ndjson"], isWhole: false)
            for number in 1...3 {
                try client.send("{\"data\":\"\(number)\"}\n", on: upload)
                #expect(try subscriber.event().data.contains("\(number)"))
            }
            try client.send("", on: upload, isLast: true)
            #expect(try client.answer(to: upload).status == 201)
        }
    }

    @Test("leaves a subscription behind whose window is shut, alone of its connection, and loses nothing of it")
    func flowControl() async throws {
        try await withGateway {
            $0.log.rules = [.init(pattern: try Pattern("**"))]
        } _: { gateway in
            let client = try HTTP2Client(to: gateway.address, window: 1 << 20)
            // The connection's window does not shut.
            try client.grant(1 << 30, to: 0)
            let stalled = try HTTP2EventStream(client, "/topics/t")
            let reading = try HTTP2EventStream(client, "/topics/t")
            stalled.reads = false
            let data = String(repeating: "x", count: 64 << 10)
            let ids = try (0..<100).map { _ in
                let id = try gateway.publish("t", data)
                #expect(try reading.event().id == id)
                return id
            }
            #expect(try gateway.ask("GET", "/metrics").text.contains("sluice_lagging_total 1\n"))
            try client.grant(1 << 24, to: stalled.stream)
            #expect(try ids.map { _ in try stalled.event().id } == ids)
        }
    }

    @Test("begins no request for whose answer there is no room")
    func unreadAnswers() async throws {
        try await withGateway { gateway in
            for _ in 0..<4 { try gateway.publish("t", String(repeating: "x", count: 60_000)) }
            let client = try HTTP2Client(to: gateway.address, window: 0)
            let streams = try (0..<20).map { _ in try client.open("GET", "/topics/t") }
            // A ping comes back when everything before it has been looked at: one answer has begun.
            #expect(try client.head(of: streams[0]).answer.status == 200)
            try client.send(.ping, ByteBuffer(repeating: 0, count: 8))
            let health = try client.open("GET", "/healthz")
            try client.grant(1 << 30, to: 0)
            for stream in streams + [health] { try client.grant(1 << 20, to: stream) }
            for stream in streams.dropFirst() { #expect(try client.answer(to: stream).body.readableBytes > 240_000) }
            #expect(try client.answer(to: health).status == 200)
        }
    }

    @Test("answers each of the requests that come at once, also when the answers are more than its buffers hold")
    func pipelined() async throws {
        try await withGateway { gateway in
            try gateway.publish("t", String(repeating: "x", count: 13_000))
            for _ in 0..<10 {
                let client = try HTTP2Client(to: gateway.address, window: 1 << 20)
                let streams = try client.atOnce {
                    try client.grant(1 << 30, to: 0)
                    return try (0..<100).map { _ in try client.open("GET", "/topics/t") }
                }
                for stream in streams { #expect(try client.answer(to: stream).body.readableBytes > 13_000) }
            }
        }
    }

    @Test("answers a body that is too long before it has come, and then stops the client")
    func tooLong() async throws {
        try await withGateway {
            $0.connection.limits.bodyBytes = 1000
        } _: { gateway in
            let client = try HTTP2Client(to: gateway.address)
            let announced = try client.open("POST", "/topics/t", ["content-length": "2000"], isWhole: false)
            #expect(try client.answer(to: announced).problem == "too-large")
            let stop = try client.frame(of: announced)
            #expect(stop.type == .reset && stop.errorCode == 0)
            let silent = try client.open("POST", "/topics/t", isWhole: false)
            try client.send(String(repeating: "x", count: 2000), on: silent, isLast: true)
            #expect(try client.answer(to: silent).problem == "too-large")
            #expect(try client.ask("GET", "/healthz").status == 200)
        }
    }

    @Test("lets a client that reads no answer before it has sent its body send it")
    func persistent() async throws {
        try await withGateway { gateway in
            let client = try HTTP2Client(to: gateway.address)
            let stream = try client.open("POST", "/nothing", isWhole: false)
            #expect(try client.answer(to: stream).problem == "not-found")
            let piece = String(repeating: "x", count: 16_000)
            for _ in 0..<4 { try client.send(piece, on: stream) }
            #expect(try client.frame(of: stream).type == .windowUpdate)
            try client.send(piece, on: stream, isLast: true)
            #expect(try client.ask("GET", "/healthz").status == 200)
            // Its stream is no stream any more that could be reset: nothing else comes for it.
            let other = try client.open("POST", "/nothing", isWhole: false)
            #expect(try client.answer(to: other).problem == "not-found")
            #expect(try client.frame(of: other).type == .reset)
            #expect(!client.hasFrame(of: stream))
        }
    }

    @Test("answers a body that does not come with 408")
    func slowBody() async throws {
        try await withGateway {
            $0.connection.limits.requestTime = .milliseconds(200)
        } _: { gateway in
            let client = try HTTP2Client(to: gateway.address)
            let stream = try client.open("POST", "/topics/t", isWhole: false)
            try client.send("half of", on: stream)
            #expect(try client.answer(to: stream).problem == "request-timeout")
        }
    }

    @Test("closes a connection without requests when its time is over")
    func idle() async throws {
        try await withGateway {
            $0.connection.limits.idleTime = .milliseconds(200)
        } _: { gateway in
            let client = try HTTP2Client(to: gateway.address)
            #expect(try client.ask("GET", "/healthz").status == 200)
            #expect(try client.errorAtEnd() == 0)
            // One that is not there any more does not say so.
            let gone = try HTTP2Client(to: gateway.address)
            gone.answersPings = false
            #expect(try gone.errorAtEnd() == 0)
        }
    }

    @Test("says goodbye with END_STREAM and GOAWAY when it drains")
    func drain() async throws {
        let gateway = try await TestGateway.start { _ in }
        try await Task(executorPreference: BlockingThreads.shared) {
            let client = try HTTP2Client(to: gateway.address)
            let streams = try (0..<10).map { try HTTP2EventStream(client, "/topics/\($0)") }
            async let stopped: Void = gateway.gateway.shutdown()
            for stream in streams { while try stream.next() != nil {} }
            #expect(try client.errorAtEnd() == 0)
            client.socket.close()
            await stopped
        }.value
    }

    @Test("tells a connection too many so, and serves it what an operator needs")
    func overloaded() async throws {
        try await withGateway {
            $0.connection.limits.connections = 1
        } _: { gateway in
            let served = try HTTP2Client(to: gateway.address)
            let stream = try HTTP2EventStream(served, "/topics/t")
            let surplus = try HTTP2Client(to: gateway.address)
            #expect(try surplus.ask("GET", "/topics/t").problem == "overloaded")
            #expect(try surplus.ask("GET", "/healthz").status == 200)
            #expect(try served.ask("POST", "/topics/t", body: "1").status == 201)
            #expect(try stream.event().data == "1")
        }
    }

    @Test("refuses more streams than it allows, and more header fields")
    func limits() async throws {
        try await withGateway {
            $0.connection.limits.streamsPerConnection = 2
            $0.connection.limits.headerCount = 10
        } _: { gateway in
            let client = try HTTP2Client(to: gateway.address)
            let long = HPACKHeaders(
                [(":method", "GET"), (":scheme", "http"), (":authority", "localhost"), (":path", "/")]
                    + (0...10).map { ("x-\($0)", "y") })
            try client.send(.headers, flags: 0x5, stream: 1, client.encode(long))
            #expect(try client.answer(to: 1).problem == "header-too-large")
            let other = try HTTP2Client(to: gateway.address)
            let streams = try (0..<2).map { _ in try HTTP2EventStream(other, "/topics/t") }
            try other.reset(streams[0].stream)
            #expect(try other.ask("GET", "/healthz").status == 200)
            // A client that knows the limit and does not keep it is sent away.
            for _ in 0..<2 { _ = try other.open("GET", "/topics/t", ["accept": "text/event-stream"]) }
            #expect(try other.errorAtEnd() != 0)
        }
    }

    @Test("refuses a request that does not say whom it asks, or says it twice")
    func authority() async throws {
        try await withGateway { gateway in
            let client = try HTTP2Client(to: gateway.address)
            let basis = [(":method", "GET"), (":scheme", "http"), (":path", "/healthz")]
            for (number, fields) in [
                [], [("host", "localhost")], [(":authority", "localhost"), ("host", "localhost")],
                [(":authority", "localhost"), ("host", "evil.example")], [("host", "localhost"), ("host", "other")],
            ].enumerated() {
                let stream = 2 * number + 1
                let pseudo = fields.filter { $0.0.hasPrefix(":") }
                let others = fields.filter { !$0.0.hasPrefix(":") }
                try client.send(
                    .headers, flags: 0x5, stream: stream, client.encode(HPACKHeaders(basis + pseudo + others)))
                let answer = try client.answer(to: stream)
                #expect(answer.problem == ([0, 3, 4].contains(number) ? "invalid-host" : nil), "\(fields)")
            }
        }
    }

    enum StreamError: CaseIterable {
        case upperCaseName, forbiddenField, missingPath, contentLength, dataBehindTheEnd, emptyGrant, trailers
    }

    @Test("resets a stream that breaks a rule, and no other", arguments: StreamError.allCases)
    func streamErrors(_ error: StreamError) async throws {
        try await withGateway { gateway in
            let client = try HTTP2Client(to: gateway.address)
            let beside = try HTTP2EventStream(client, "/topics/t")
            func open(_ headers: KeyValuePairs<String, String>, isWhole: Bool) throws -> Int {
                try client.open("POST", "/topics/u", headers, isWhole: isWhole)
            }
            let stream: Int
            switch error {
            case .upperCaseName:
                stream = try open(["Upper": "x"], isWhole: true)
            case .forbiddenField:
                stream = try open(["te": "gzip"], isWhole: true)
            case .missingPath:
                stream = 99
                let fields = HPACKHeaders([(":method", "GET"), (":scheme", "http"), (":authority", "localhost")])
                try client.send(.headers, flags: 0x5, stream: stream, client.encode(fields))
            case .contentLength:
                stream = try open(["content-length": "5"], isWhole: false)
                try client.send("xx", on: stream, isLast: true)
            case .dataBehindTheEnd:
                stream = try client.open("GET", "/topics/t?after=latest&wait=30")
                try client.send("x", on: stream)
            case .emptyGrant:
                stream = try open([:], isWhole: false)
                try client.grant(0, to: stream)
            case .trailers:
                stream = try open([:], isWhole: false)
                let fields = HPACKHeaders([("a", "b")])
                try client.send(.headers, flags: 0x4, stream: stream, client.encode(fields))
            }
            #expect(try client.frame(of: stream).type == .reset)
            try gateway.publish("t", "1")
            #expect(try beside.event().data == "1")
            if error != .missingPath {
                let answer = try client.ask("GET", "/healthz")
                #expect(answer.status == 200)
            }
        }
    }

    @Test("resets a stream that breaks a rule, and no other, also when the client does not read")
    func streamErrorBehindFullBuffers() async throws {
        try await withGateway { gateway in
            for _ in 0..<4 { try gateway.publish("t", String(repeating: "x", count: 900_000)) }
            let client = try HTTP2Client(
                over: Socket(to: gateway.address, receiveBufferBytes: 4096), window: 1 << 24)
            try client.grant(1 << 24, to: 0)
            let page = try client.open("GET", "/topics/t?limit=4")
            // Until the answer has begun, and everything is full behind it.
            #expect(try client.head(of: page).answer.status == 200)
            let broken = try client.open("GET", "/healthz", ["Upper": "x"])
            let fine = try client.open("GET", "/healthz")
            #expect(try client.answer(to: fine).status == 200)
            #expect(try client.frame(of: broken).type == .reset)
            while try !client.frame(of: page).hasFirstFlag {}
        }
    }

    @Test("gives an answer that is read slowly to the end, though the request was not ended")
    func slowReader() async throws {
        try await withGateway { gateway in
            try gateway.publish("t", String(repeating: "x", count: 100_000))
            let client = try HTTP2Client(to: gateway.address)
            let page = try client.open("GET", "/topics/t", isWhole: false)
            #expect(try client.head(of: page).answer.status == 200)
            var bytes = 0
            while bytes < 65_535 { bytes += try client.frame(of: page).payload.readableBytes }
            // Longer than a client is heard out whose answer is complete.
            client.socket.standStill(forMilliseconds: 2500)
            try client.grant(1 << 20, to: 0)
            try client.grant(1 << 20, to: page)
            while bytes < 100_000 {
                let frame = try client.frame(of: page)
                guard frame.type == .data else { throw ClientError.unexpected("\(frame)") }
                bytes += frame.payload.readableBytes
            }
        }
    }

    @Test("is not what garbage begins that was negotiated as such")
    func garbage() async throws {
        try await withCertificates { folder in
            try folder.write("server", for: ["localhost"])
            try await withGateway(folder.configure("server")) { gateway in
                var configuration = folder.client()
                configuration.applicationProtocols = ["h2"]
                try await withTunnel(to: gateway, configuration) { gateway, _ in
                    let connection = try gateway.connect()
                    try connection.socket.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    var answer = ByteBuffer()
                    while try connection.socket.receive(into: &answer) {}
                }
            }
        }
    }

    // MARK: WebSocket (RFC 8441)

    @Test("carries sessions beside streams on one connection")
    func sessions() async throws {
        try await withGateway { gateway in
            let client = try HTTP2Client(to: gateway.address)
            let raw = try WebSocket(
                client, target: "/topics/t", headers: ["sec-websocket-version": "13", "origin": "http://localhost"])
            let session = try WebSocket(
                client, target: "/subscribe?topic=t",
                headers: ["sec-websocket-version": "13", "sec-websocket-protocol": "sluice.v1.json"])
            #expect(session.head["sec-websocket-protocol"] == "sluice.v1.json")
            let stream = try HTTP2EventStream(client, "/topics/t")
            try raw.send(text: "hello")
            #expect(try raw.text() == "hello")
            #expect(try session.operation("event").data == "hello")
            #expect(try stream.event().data == "hello")
            // What the other two do not read must not shut the connection's window.
            try client.grant(1 << 30, to: 0)
            let long = String(repeating: "long", count: 100_000)
            try gateway.publish("t", long)
            #expect(try raw.text() == long)
        }
    }

    @Test("ends a session with its close frame and END_STREAM, whoever begins")
    func sessionEnds() async throws {
        try await withGateway { gateway in
            let client = try HTTP2Client(to: gateway.address)
            let leaving = try WebSocket(client, target: "/topics/t", headers: ["sec-websocket-version": "13"])
            try leaving.send(close: .normal)
            #expect(try leaving.closeCode() == .normal)
            #expect(try leaving.next() == nil)

            let breaking = try WebSocket(client, target: "/topics/t", headers: ["sec-websocket-version": "13"])
            try breaking.send(.text, [0xFF])
            #expect(try breaking.closeCode() == .invalidPayload)
            #expect(try breaking.next() == nil)

            // Browsers end the stream with their close frame.
            let hasty = try HTTP2Tunnel(client, target: "/topics/t", headers: ["sec-websocket-version": "13"])
            try client.send(
                .data, flags: 0x1, stream: hasty.stream, WebSocketFrame.close(.normal, maskingKey: WebSocket.mask))
            var answer = ByteBuffer()
            while try hasty.receive(into: &answer) {}
            #expect(answer == WebSocketFrame.close(.normal))

            let silent = try HTTP2Tunnel(client, target: "/topics/t", headers: ["sec-websocket-version": "13"])
            try silent.end()
            var rest = ByteBuffer()
            while try silent.receive(into: &rest) {}
            #expect(try client.ask("GET", "/healthz").status == 200)
        }
    }

    @Test("ends the stream of a session that is over also for a client that does not")
    func forgetfulClients() async throws {
        try await withGateway {
            $0.connection.limits.streamsPerConnection = 1
        } _: { gateway in
            let client = try HTTP2Client(to: gateway.address)
            for closesFirst in [true, false, true, false] {
                let session = try HTTP2Tunnel(client, target: "/topics/t", headers: ["sec-websocket-version": "13"])
                let frame =
                    closesFirst ? WebSocketFrame.close(.normal, maskingKey: WebSocket.mask) : ByteBuffer(bytes: [0xFF])
                try session.send(frame)
                var rest = ByteBuffer()
                while try session.receive(into: &rest) {}
                let stop = try client.frame(of: session.stream)
                #expect(stop.type == .reset && stop.errorCode == 0)
            }
        }
    }

    @Test("refuses a session in the same way as over HTTP/1.1")
    func refusedSessions() async throws {
        try await withGateway { gateway in
            let client = try HTTP2Client(to: gateway.address)
            func refusal(_ headers: KeyValuePairs<String, String>, _ name: String = "websocket") throws -> String? {
                let stream = try client.open("CONNECT", "/topics/t", headers, isWhole: false, tunnelProtocol: name)
                return try client.answer(to: stream).problem
            }
            #expect(try refusal(["sec-websocket-version": "12"]) == "websocket-version")
            #expect(
                try refusal(["sec-websocket-version": "13", "origin": "https://evil.example"]) == "origin-not-allowed")
            #expect(try refusal([:], "connect-udp") == "protocol-not-supported")
            #expect(try client.ask("GET", "/healthz").status == 200)
        }
    }

    // MARK: Floods

    enum Flood: CaseIterable {
        case reset, ping, settings, emptyData, continuation, madeReset
    }

    @Test("closes a connection that floods it, and serves the others", arguments: Flood.allCases)
    func floods(_ flood: Flood) async throws {
        try await withGateway { gateway in
            let other = try gateway.stream("/topics/t")
            let client = try HTTP2Client(to: gateway.address)
            do {
                let upload = flood == .emptyData ? try client.open("POST", "/topics/u", isWhole: false) : 0
                if flood == .continuation { try client.send(.headers, flags: 0x1, stream: 1) }
                for _ in 0..<1000 {
                    switch flood {
                    case .reset: try client.reset(try client.open("GET", "/topics/t", ["accept": "text/event-stream"]))
                    case .ping: try client.send(.ping, ByteBuffer(repeating: 0, count: 8))
                    case .settings: try client.send(.settings)
                    case .emptyData: try client.send("", on: upload)
                    case .continuation: try client.send(.continuation, stream: 1)
                    // A window of more than 2³¹ - 1 bytes has the gateway reset the stream (RFC 9113 § 6.9.1).
                    case .madeReset: try client.grant(1 << 31 - 1, to: try client.open("GET", "/topics/t"))
                    }
                }
                #expect(try client.errorAtEnd() != 0)
            } catch ClientError.system {
                // It closed before it was told everything.
            }
            try gateway.publish("t", "1")
            #expect(try other.event().data == "1")
        }
    }
}
