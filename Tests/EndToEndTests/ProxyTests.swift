import InMemoryLogging
import Logging
import NIOCore
import SluiceConnection
import SluiceServer
import SluiceWire
import Testing

@Suite("Behind a proxy", .serialized)
struct ProxyTests {
    /// A gateway with one place per client, which trusts these proxies.
    private static func withProxies(
        _ networks: String..., adjust: (inout GatewayConfiguration) throws -> Void = { _ in },
        _ body: @escaping @Sendable (TestGateway) async throws -> Void
    ) async throws {
        try await withGateway {
            $0.connection.limits.connectionsPerAddress = 1
            $0.connection.proxies.sources = try networks.map { .network(try #require(IPNetwork($0))) }
            try adjust(&$0)
        } _: {
            try await body($0)
        }
    }

    private static func from(_ client: String) -> HTTPConnection.Headers { ["X-Forwarded-For": client] }

    private static func ask(
        _ gateway: TestGateway, from client: String, until status: Int
    ) throws -> Answer {
        var answer = try gateway.ask("GET", "/topics/t", from(client))
        for _ in 0..<10_000 where answer.status != status {
            answer = try gateway.ask("GET", "/topics/t", from(client))
        }
        return answer
    }

    // MARK: Header fields

    @Test("a client has its own places, whichever connection of the proxy it comes by, and leaves them free")
    func forwardedFor() async throws {
        try await Self.withProxies("127.0.0.0/8") { gateway in
            let stream = try gateway.stream("/topics/t", Self.from("203.0.113.1"))
            let session = try gateway.webSocket("/topics/t", Self.from("2001:db8::1"))
            let refusal = try gateway.ask("GET", "/topics/t", Self.from("203.0.113.1"))
            #expect(refusal.problem == "overloaded")
            #expect(try gateway.ask("GET", "/topics/t", Self.from("2001:db8:0::1")).status == 503)
            // What a client claims stands before what the proxy appends.
            #expect(try gateway.ask("GET", "/topics/t", Self.from("192.0.2.9, 203.0.113.1")).status == 503)
            #expect(try gateway.ask("GET", "/topics/t", Self.from("203.0.113.1, 203.0.113.2")).status == 200)

            // One after the other is not at once.
            let connection = try gateway.connect()
            for _ in 0..<3 {
                #expect(try connection.ask("POST", "/topics/t", Self.from("203.0.113.2"), body: "1").status == 201)
                #expect(try stream.event().data == "1" && session.text() == "1")
            }

            stream.connection.socket.reset()
            #expect(try Self.ask(gateway, from: "203.0.113.1", until: 200).status == 200)
            try session.send(close: .normal)
            #expect(try session.closeCode() == .normal)
            session.socket.close()
            #expect(try Self.ask(gateway, from: "2001:db8::1", until: 200).status == 200)
        }
    }

    @Test("a client that goes before it is answered leaves its place free")
    func abandoned() async throws {
        try await Self.withProxies("127.0.0.1") { gateway in
            let waiting = try gateway.connect()
            try waiting.socket.send(
                HTTPConnection.request("GET", "/topics/t?after=latest&wait=60", Self.from("203.0.113.1")))
            #expect(try Self.ask(gateway, from: "203.0.113.1", until: 503).status == 503)
            waiting.socket.reset()
            #expect(try Self.ask(gateway, from: "203.0.113.1", until: 200).status == 200)

            // Likewise one that ends its connection in good order.
            let patient = try gateway.connect()
            try patient.socket.send(
                HTTPConnection.request("GET", "/topics/t?after=latest&wait=60", Self.from("203.0.113.1")))
            #expect(try Self.ask(gateway, from: "203.0.113.1", until: 503).status == 503)
            patient.socket.close()
            #expect(try Self.ask(gateway, from: "203.0.113.1", until: 200).status == 200)
        }
    }

    @Test("the streams of one HTTP/2 connection count for the clients that they are for")
    func http2() async throws {
        try await Self.withProxies("127.0.0.1") { gateway in
            let client = try HTTP2Client(to: gateway.address)
            let first = try HTTP2EventStream(client, "/topics/t", ["x-forwarded-for": "203.0.113.1"])
            let second = try HTTP2EventStream(client, "/topics/t", ["x-forwarded-for": "203.0.113.2"])
            #expect(try client.ask("GET", "/topics/t", ["x-forwarded-for": "203.0.113.1"]).status == 503)
            #expect(try client.ask("POST", "/topics/t", ["x-forwarded-for": "203.0.113.3"], body: "1").status == 201)
            #expect(try first.event().data == "1")
            #expect(try second.event().data == "1")
            try client.reset(first.stream)
            #expect(try Self.ask(gateway, from: "203.0.113.1", until: 200).status == 200)
        }
    }

    @Test("Forwarded is looked at when it is the field that the proxies use, and the other one is not")
    func forwarded() async throws {
        try await Self.withProxies("127.0.0.1", adjust: { $0.connection.proxies.field = .forwarded }) { gateway in
            let stream = try gateway.stream("/topics/t", ["Forwarded": #"for="[2001:db8::1]:4711";proto=https"#])
            #expect(
                try gateway.ask("GET", "/topics/t", ["Forwarded": "for=192.0.2.9, for=\"2001:db8::1\""]).status == 503)
            let other: HTTPConnection.Headers = [
                "X-Forwarded-For": "2001:db8::1", "Forwarded": "for=203.0.113.1", "Forwarded": "for=203.0.113.2",
            ]
            #expect(try gateway.ask("POST", "/topics/t", other, body: "1").status == 201)
            #expect(try stream.event().data == "1")
        }
    }

    @Test("nobody else is believed: the connection's address counts")
    func untrusted() async throws {
        try await Self.withProxies("127.0.0.2") { gateway in
            let stream = try gateway.stream("/topics/t", Self.from("203.0.113.1"))
            #expect(try gateway.ask("GET", "/topics/t", Self.from("203.0.113.2")).status == 503)
            _ = stream
        }
    }

    @Test("refusals are logged with the client's address")
    func logged() async throws {
        let log = InMemoryLogHandler()
        var logger = Logger(label: "gateway", factory: { _ in log })
        logger.logLevel = .debug
        try await withGateway(logger: logger) {
            $0.connection.proxies.sources = try [.network(#require(IPNetwork("127.0.0.1")))]
        } _: { gateway in
            let answer = try gateway.ask("POST", "/topics/$x", Self.from("203.0.113.1"), body: "1")
            #expect(answer.status == 403)
        }
        let refusal = try #require(log.entries.first { $0.message == "refused" })
        #expect(refusal.metadata["client"] == "203.0.113.1" && refusal.metadata["path"] == "/topics/$x")
    }

    // MARK: The PROXY protocol

    private static let version2 =
        [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A, 0x21, 0x11, 0, 12]
        + [203, 0, 113, 2, 192, 0, 2, 1, 0xDC, 0x04, 0x01, 0xBB] as [UInt8]

    private static func connect(_ gateway: TestGateway, for client: String) throws -> HTTPConnection {
        let connection = try gateway.connect()
        try connection.socket.send("PROXY TCP4 \(client) 192.0.2.1 56324 80\r\n")
        return connection
    }

    @Test("a connection is its client's when a PROXY header says whose it is")
    func proxyProtocol() async throws {
        try await Self.withProxies("127.0.0.1", adjust: { $0.listeners[0].proxyProtocol = true }) { gateway in
            let stream = try EventStream(Self.connect(gateway, for: "203.0.113.1"), target: "/topics/t")
            let refusal = try Self.connect(gateway, for: "203.0.113.1").ask("GET", "/topics/t")
            #expect(refusal.problem == "overloaded")

            // Version 2, a byte at a time, with a request behind it. Its fields are not believed: it is no proxy's.
            let connection = try gateway.connect()
            let request = HTTPConnection.request("POST", "/topics/t", Self.from("203.0.113.1"), body: "1")
            try connection.socket.send(Self.version2 + Array(request.utf8), inPiecesOf: 1)
            #expect(try connection.answer().status == 201)
            #expect(try stream.event().data == "1")

            // For nobody that the proxy knows: what he says of himself counts for nothing.
            let unknown = try gateway.connect()
            try unknown.socket.send("PROXY UNKNOWN\r\n")
            #expect(try unknown.ask("GET", "/topics/t", Self.from("203.0.113.1")).status == 200)

            stream.connection.socket.reset()
            var answer = Answer(status: 503, headers: [])
            for _ in 0..<10_000 where answer.status == 503 {
                answer = try Self.connect(gateway, for: "203.0.113.1").ask("GET", "/topics/t")
            }
            #expect(answer.status == 200)
        }
    }

    @Test("clients too many do not take the places of others")
    func proxyProtocolSurplus() async throws {
        try await Self.withProxies(
            "127.0.0.1",
            adjust: {
                $0.listeners[0].proxyProtocol = true
                $0.connection.limits.connections = 3
            }
        ) { gateway in
            let stream = try EventStream(Self.connect(gateway, for: "203.0.113.1"), target: "/topics/t")
            let surplus = try (0..<5).map { _ in
                let connection = try Self.connect(gateway, for: "203.0.113.1")
                #expect(try connection.ask("GET", "/topics/t").status == 503)
                return connection
            }
            let other = try Self.connect(gateway, for: "203.0.113.2")
            #expect(try other.ask("POST", "/topics/t", body: "1").status == 201)
            #expect(try stream.event().data == "1")
            _ = surplus
        }
    }

    @Test("a PROXY header may stand before HTTP/2 and before TLS")
    func proxyProtocolBeforeOthers() async throws {
        try await Self.withProxies("127.0.0.1", adjust: { $0.listeners[0].proxyProtocol = true }) { gateway in
            let socket = try Socket(to: gateway.address)
            try socket.send(Self.version2)
            #expect(try HTTP2Client(over: socket).ask("GET", "/topics/t?format=json").status == 200)
        }
        try await withCertificates { folder in
            try folder.write("server", for: ["localhost"])
            let configure = folder.configure("server")
            try await Self.withProxies(
                "127.0.0.1",
                adjust: {
                    try configure(&$0)
                    $0.listeners[0].proxyProtocol = true
                }
            ) { gateway in
                let preamble = ByteBuffer(bytes: Self.version2)
                try await withTunnel(to: gateway, folder.client(), preamble: preamble) { gateway, _ in
                    let stream = try gateway.stream("/topics/t")
                    let refusal = try gateway.ask("GET", "/topics/t")
                    #expect(refusal.status == 503)
                    _ = stream
                }
            }
        }
    }

    @Test("a connection without a PROXY header is closed where there is to be one, as is one from somewhere else")
    func noProxyHeader() async throws {
        let isClosed: @Sendable (TestGateway, String) throws -> Bool = { gateway, bytes in
            let connection = try gateway.connect()
            // It may be closed while this is still being sent.
            try? connection.socket.send(bytes)
            return try connection.isAtEnd()
        }
        try await Self.withProxies("127.0.0.1", adjust: { $0.listeners[0].proxyProtocol = true }) { gateway in
            #expect(try isClosed(gateway, HTTPConnection.request("GET", "/healthz")))
            #expect(try isClosed(gateway, "PROXY TCP4 nonsense\r\n"))
            let half = try gateway.connect()
            try half.socket.send("PROXY TCP4 ")
            half.socket.closeOutput()
            #expect(try half.isAtEnd())
            let check = try gateway.connect()
            try check.socket.send("PROXY UNKNOWN\r\n")
            let metrics = try check.ask("GET", "/metrics").text
            #expect(metrics.contains(#"sluice_refused_total{reason="proxy-header"} 2"#))
        }
        try await Self.withProxies("127.0.0.2", adjust: { $0.listeners[0].proxyProtocol = true }) { gateway in
            let foreign = try isClosed(gateway, "PROXY TCP4 203.0.113.1 192.0.2.1 56324 80\r\n")
            #expect(foreign)
        }
    }

    @Test("a PROXY header that does not come is not waited for longer than a request")
    func lateProxyHeader() async throws {
        try await Self.withProxies(
            "127.0.0.1",
            adjust: {
                $0.listeners[0].proxyProtocol = true
                $0.connection.limits.requestTime = .milliseconds(200)
            }
        ) { gateway in
            let connection = try gateway.connect()
            try connection.socket.send("PROXY ")
            #expect(try connection.isAtEnd())
        }
    }
}
