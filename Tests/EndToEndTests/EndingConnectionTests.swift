import NIOCore
import SluiceConnection
import SluiceServer
import Testing

@Suite("A connection that ends", .serialized)
struct EndingConnectionTests {
    @Test("of a client that closes its side right behind it is still answered")
    func halfClosed() async throws {
        try await withGateway { gateway in
            for (method, target, status) in [
                ("GET", "/healthz", 200), ("POST", "/topics/t", 201), ("GET", "/topics/t", 200),
                ("GET", "/metrics", 200),
            ] {
                let connection = try gateway.connect()
                try connection.socket.send(HTTPConnection.request(method, target, body: method == "POST" ? "x" : nil))
                connection.socket.closeOutput()
                #expect(try connection.answer().status == status, "\(method) \(target)")
                #expect(try connection.isAtEnd())
            }
            let poll = try gateway.connect()
            try poll.socket.send(HTTPConnection.request("GET", "/topics/other?wait=1"))
            poll.socket.closeOutput()
            #expect(try poll.answer().status == 200)
        }
    }

    @Test("is answered when its client closes its side, also behind others that take longer")
    func halfClosedPipeline() async throws {
        try await withGateway { gateway in
            let connection = try gateway.connect()
            let requests =
                HTTPConnection.request("GET", "/topics/t?wait=1")
                + HTTPConnection.request("POST", "/topics/u", body: "1")
                + HTTPConnection.request("GET", "/healthz")
            try connection.socket.send(requests)
            connection.socket.closeOutput()
            #expect(try connection.answer().json(HistoryPage.self).data.isEmpty)
            #expect(try connection.answer().status == 201)
            let last = try connection.answer()
            #expect(last.text == "ok\n" && last["connection"] == "close")
            #expect(try connection.isAtEnd())
        }
    }

    @Test("that breaks off in its body is not published")
    func brokenBody() async throws {
        try await withGateway { gateway in
            let half = try gateway.connect()
            try half.socket.send(HTTPConnection.request("POST", "/topics/t", ["Content-Length": "10"]) + "12345")
            half.socket.closeOutput()
            let answer = try half.answer()
            #expect(answer.status == 400 && answer.problem != nil)
            let cut = try gateway.connect()
            try cut.socket.send(HTTPConnection.request("POST", "/topics/t", ["Content-Length": "10"]) + "12345")
            cut.socket.reset()
            #expect(try gateway.page("/topics/t").data.isEmpty)
        }
    }

    @Test("has had the whole of a long answer first, however slowly its client reads", arguments: [false, true])
    func longAnswer(closesItsSide: Bool) async throws {
        try await withGateway { gateway in
            let data = String(repeating: "x", count: 900_000)
            try gateway.publish("t", data)
            let connection = try gateway.connect(receiveBufferBytes: 4096)
            try connection.socket.send(HTTPConnection.request("GET", "/topics/t", ["Connection": "close"]))
            if closesItsSide { connection.socket.closeOutput() }
            connection.socket.standStill(forMilliseconds: 2500)
            #expect(try connection.answer().json(HistoryPage.self).data == [data])
            #expect(try connection.isAtEnd())
        }
    }

    @Test("is closed when its streaming body was refused and does not go on")
    func refusedStream() async throws {
        try await withGateway {
            $0.connection.limits.idleTime = .milliseconds(500)
        } _: { gateway in
            let connection = try gateway.connect()
            let headers: HTTPConnection.Headers = ["Content-Type": "application/x-ndjson", "Content-Length": "1000"]
            try connection.socket.send(HTTPConnection.request("POST", "/topics/t", headers) + "bad\n")
            #expect(try connection.answer().status == 400)
            #expect(try connection.isAtEnd())
        }
    }

    @Test(
        "is closed when it goes on behind an upgrade that nobody takes",
        arguments: ["CONNECT x:1", "GET /topics/t?wait=50"])
    func bytesBehindUpgrade(request: String) async throws {
        try await withGateway { gateway in
            let connection = try gateway.connect()
            try connection.socket.send(
                "\(request) HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n")
            let junk = [UInt8](repeating: 0x78, count: 64 << 10)
            do {
                // Far more than anything buffers on the way; the gateway closes, and the rest cannot be sent.
                for _ in 0..<4096 { try connection.socket.send(junk) }
                Issue.record("256 MB were taken")
            } catch ClientError.system {}
        }
    }
}
