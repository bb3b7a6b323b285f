import NIOCore
import SluiceConnection
import SluiceServer
import Testing

/// Each test has a healthy subscriber beside the hostile one, which goes on receiving.
@Suite("A hostile request", .serialized)
struct HostileRequestTests {
    private static func beside(
        _ adjust: (inout GatewayConfiguration) throws -> Void = { _ in },
        _ body: @escaping @Sendable (TestGateway) async throws -> Void
    ) async throws {
        try await withGateway(adjust) { gateway in
            let healthy = try gateway.stream("/topics/healthy")
            try await body(gateway)
            let id = try gateway.publish("healthy", "still here")
            #expect(try healthy.event().id == id)
        }
    }

    /// Sends the text and reads the answer; nothing but it may come, and the connection ends.
    private static func answer(to text: String, from gateway: TestGateway) throws -> Answer {
        let connection = try gateway.connect()
        try connection.socket.send(text)
        let answer = try connection.answer()
        #expect(try connection.isAtEnd(), "\(text.prefix(60)) … is followed by something")
        return answer
    }

    @Test("with a header that is too large is 431")
    func largeHeader() async throws {
        try await Self.beside { gateway in
            let field = "X: " + String(repeating: "x", count: 40 << 10)
            let many = (0..<2000).map { "X-\($0): \(String(repeating: "y", count: 20))\r\n" }.joined()
            let path = "/topics/" + String(repeating: "p", count: 40 << 10)
            for request in [
                "GET / HTTP/1.1\r\nHost: localhost\r\n\(field)\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: localhost\r\n\(many)\r\n",
                "GET \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n",
            ] {
                let answer = try Self.answer(to: request, from: gateway)
                #expect(answer.status == 431 && answer.problem == "header-too-large")
            }
        }
    }

    @Test("with too many header fields is 431")
    func manyFields() async throws {
        try await Self.beside { gateway in
            func request(_ count: Int) -> String {
                "GET /healthz HTTP/1.1\r\nHost: localhost\r\n" + (1..<count).map { "A\($0): b\r\n" }.joined() + "\r\n"
            }
            #expect(try Self.answer(to: request(101), from: gateway).status == 431)
            let connection = try gateway.connect()
            try connection.socket.send(request(100))
            #expect(try connection.answer().status == 200)
        }
    }

    @Test("with too large a body is 413, whether it says so beforehand or not")
    func largeBody() async throws {
        try await Self.beside {
            $0.connection.limits.bodyBytes = 1000
        } _: { gateway in
            let announced = try gateway.connect()
            try announced.socket.send(HTTPConnection.request("POST", "/topics/t", ["Content-Length": "1000000000"]))
            let first = try announced.answer()
            #expect(first.status == 413 && first.problem == "too-large" && first["connection"] == "close")

            let chunked = try gateway.connect()
            try chunked.socket.send(HTTPConnection.request("POST", "/topics/t", ["Transfer-Encoding": "chunked"]))
            let chunk = "1f4\r\n" + String(repeating: "x", count: 500) + "\r\n"
            for _ in 0..<3 { try chunked.socket.send(chunk) }
            #expect(try chunked.answer().status == 413)

            let exact = String(repeating: "x", count: 1000)
            #expect(try gateway.ask("POST", "/topics/t", body: exact).status == 201)
            #expect(try gateway.ask("POST", "/topics/t", body: exact + "x").status == 413)
            #expect(try gateway.page("/topics/t").data == [exact])
        }
    }

    @Test("whose header trickles in is 408 when its time is over")
    func trickledHeader() async throws {
        try await Self.beside {
            $0.connection.limits.requestTime = .milliseconds(300)
        } _: { gateway in
            let connection = try gateway.connect()
            for byte in "GET / HTTP/1.1\r\nX: ".utf8 { try connection.socket.send([byte]) }
            // It goes on sending, and still its time is over.
            while try !connection.socket.brings(withinMilliseconds: 10) { try connection.socket.send("x") }
            #expect(try connection.answer().status == 408)
        }
    }

    @Test("that never comes is closed without a word when its time is over")
    func silence() async throws {
        try await Self.beside {
            $0.connection.limits.requestTime = .milliseconds(200)
        } _: { gateway throws in
            #expect(try gateway.connect().isAtEnd())
        }
    }

    @Test("whose body trickles in is 408 when its time is over, and publishes nothing")
    func trickledBody() async throws {
        try await Self.beside {
            $0.connection.limits.requestTime = .milliseconds(300)
        } _: { gateway in
            let connection = try gateway.connect()
            try connection.socket.send(HTTPConnection.request("POST", "/topics/t", ["Content-Length": "100000"]))
            while try !connection.socket.brings(withinMilliseconds: 10) { try connection.socket.send("x") }
            let answer = try connection.answer()
            #expect(answer.status == 408 && answer.problem == "request-timeout")
            #expect(try gateway.page("/topics/t").data.isEmpty)
        }
    }

    @Test("in single bytes is a request like any other")
    func singleBytes() async throws {
        try await Self.beside { gateway in
            let connection = try gateway.connect()
            try connection.socket.send(HTTPConnection.request("POST", "/topics/t", body: "hello").utf8, inPiecesOf: 1)
            #expect(try connection.answer().status == 201)
            try connection.socket.send(HTTPConnection.request("GET", "/topics/t").utf8, inPiecesOf: 1)
            #expect(try connection.answer().json(HistoryPage.self).data == ["hello"])
        }
    }

    @Test(
        "for a path that plays with percent-encoding is refused",
        arguments: [
            "a%2Fb", "a%2fb", "%2F", "..", ".", "a/..", "a/../b", "./a", "%2e%2e/a", "a/%2E", "a//b", "/a", "a/", "",
            "*", "a/*", "a/**",
            "%2A", "a%00", "a%0A", "a%0d%0aX: y", "%7F", "%C2%80", "%E2%80%A8", "%FF", "%C0%AF", "%ED%A0%80",
            "%F5%80%80%80", "%",
            "%a", "%zz", "%%20", "a%", String(repeating: "x", count: 1025),
        ])
    func paths(path: String) async throws {
        try await withGateway { gateway in
            for method in ["GET", "POST"] {
                let answer = try gateway.ask(method, "/topics/\(path)", body: method == "POST" ? "x" : nil)
                #expect(answer.status == 400, "\(method) \(path)")
            }
            let stream = try gateway.ask("GET", "/topics/\(path)", ["Accept": "text/event-stream"])
            #expect(stream.status == 400)
            let all = try gateway.page("/subscribe?topic=**")
            #expect(all.events.isEmpty)
        }
    }

    @Test(
        "for a path whose encoding is only unusual means the decoded name",
        arguments: [
            ("%61", "a"), ("a%20b", "a b"), ("%252F", "%2F"), ("a+b", "a+b"), ("...", "..."),
            ("gr%C3%BCn/%F0%9F%A6%86", "grün/🦆"), ("a:b;c=d", "a:b;c=d"),
        ])
    func unusualPaths(path: String, name: String) async throws {
        try await withGateway { gateway throws in
            #expect(try gateway.ask("POST", "/topics/\(path)", body: "x").json(Stored.self).topic == name)
            #expect(try gateway.page("/topics/\(path)").events.map(\.topic) == [name])
        }
    }

    @Test(
        "with a type that would forge fields or mean something else is 400",
        arguments: [
            "a%0Ab", "a%0Db", "a%00", "%0A", "error", "open", "sluice.gap", "sluice.",
            String(repeating: "t", count: 256),
        ])
    func types(type: String) async throws {
        try await withGateway { gateway in
            let answer = try gateway.ask("POST", "/topics/t?type=\(type)", body: "x")
            #expect(answer.status == 400 && answer.problem == "invalid-type")
            #expect(try gateway.page("/topics/t").data.isEmpty)
        }
    }

    @Test("for a million topics is 431, and for more than the limit 400")
    func manyTopics() async throws {
        try await Self.beside { gateway in
            func target(_ count: Int) -> String {
                "/subscribe?" + (0..<count).map { "topic=t\($0)" }.joined(separator: "&")
            }
            let connection = try gateway.connect()
            // The gateway may answer and close before it has been sent all of this.
            try? connection.socket.send("GET \(target(1_000_000)) HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect((try? connection.answer().status) ?? 431 == 431)
            let answer = try gateway.ask("GET", target(101))
            #expect(answer.status == 400 && answer.problem == "too-many-topics")
            #expect(try gateway.ask("GET", target(100)).status == 200)
        }
    }

    @Test(
        "whose shape could mean two things is refused and the connection closed",
        arguments: [
            "POST /topics/t HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "POST /topics/t HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
            "POST /topics/t HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxy",
            "POST /topics/t HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1, 2\r\n\r\nxy",
            "POST /topics/t HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
            "POST /topics/t HTTP/1.1\r\nHost: localhost\r\nContent-Length: +1\r\n\r\nx",
            "POST /topics/t HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0x1\r\n\r\nx",
            "POST /topics/t HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999999\r\n\r\nx",
            "POST /topics/t HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
            "POST /topics/t HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
            "POST /topics/t HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nx",
            "POST /topics/t HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\nx",
            "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b\r\n\r\n",
            "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX\u{0}: a\r\n\r\n",
            "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: a\u{0}b\r\n\r\n",
            "GET /healthz HTTP/1.1\r\nHost: localhost\r\n: a\r\n\r\n",
            "GET /healthz HTTP/1.1\r\n Host: localhost\r\n\r\n",
            "GET /healthz HTTP/1.1\r\n\r\n",
            "GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
            "GET /healthz HTTP/1.1\r\nHost: localhost\r\nhost: evil.example\r\n\r\n",
            "GET /heal thz HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "GARBAGE\r\n\r\n",
            "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}",
        ])
    func ambiguity(request: String) async throws {
        try await Self.beside { gateway in
            let answer = try Self.answer(to: request, from: gateway)
            #expect(answer.status == 400, "\(answer)")
            #expect(try gateway.page("/topics/t").data.isEmpty)
        }
    }

    @Test("is answered in its turn when it was pipelined, also when an earlier one takes longer")
    func pipelining() async throws {
        try await Self.beside { gateway in
            let connection = try gateway.connect()
            let requests =
                HTTPConnection.request("GET", "/topics/t?wait=1")
                + HTTPConnection.request("POST", "/topics/u", body: "1")
                + HTTPConnection.request("GET", "/topics/u") + HTTPConnection.request("GET", "/nowhere")
                + HTTPConnection.request("HEAD", "/healthz") + HTTPConnection.request("GET", "/healthz")
            try connection.socket.send(requests)
            #expect(try connection.answer().json(HistoryPage.self).data.isEmpty)
            #expect(try connection.answer().status == 201)
            #expect(try connection.answer().json(HistoryPage.self).data == ["1"])
            #expect(try connection.answer().status == 404)
            #expect(try connection.answer(to: "HEAD").status == 200)
            #expect(try connection.answer().text == "ok\n")
        }
    }

    @Test("is not read any further when its client pipelines and never reads an answer")
    func unreadAnswers() async throws {
        try await Self.beside { gateway in
            try gateway.publish("t", String(repeating: "x", count: 100_000))
            let connection = try gateway.connect(receiveBufferBytes: 4096)
            let requests = Array(String(repeating: HTTPConnection.request("GET", "/topics/t"), count: 100).utf8)
            var sent = 0
            // A gateway that goes on reading would take all of it and hold the answers: 500 KB are 1 GB of them.
            while sent < 500_000 {
                let count = try connection.socket.sendWithoutWaiting(requests)
                sent += count
                if count == 0 { break }
                if count < requests.count {
                    // The kernel's buffers are full; nothing but the gateway's reading empties them.
                    _ = try connection.socket.brings(withinMilliseconds: 20)
                    if try connection.socket.sendWithoutWaiting(requests) == 0 { break }
                }
            }
            #expect(try gateway.page("/topics/t").data.count == 1)
            // The answers that there are come in order, and whole.
            for _ in 0..<20 { #expect(try connection.answer().json(HistoryPage.self).data[0].utf8.count == 100_000) }
        }
    }
}
