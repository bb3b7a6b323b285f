import SluiceAccess
import SluiceServer
import SluiceTopics
import Testing

@Suite("Pages of other origins", .serialized)
struct OriginTests {
    @Test(
        "cannot reach an open gateway under a name that is not loopback (DNS rebinding)",
        arguments: [
            ("localhost", 200), ("localhost:8080", 200), ("LOCALHOST.", 200), ("127.0.0.1", 200), ("127.9.9.9:1", 200),
            ("[::1]:80", 200),
            ("app.localhost", 200), ("listed.example", 200), ("listed.example:99", 200), ("evil.example", 403),
            ("127.0.0.1.evil.example", 403), ("localhost.evil.example", 403), ("127.0.0.256", 403), ("10.0.0.1", 403),
            ("127.0.0.1@evil.example", 403), ("", 403),
        ])
    func hosts(host: String, status: Int) async throws {
        try await withGateway {
            $0.access.allowedHosts = ["listed.example"]
        } _: { gateway in
            let answer = try gateway.ask("GET", "/topics/t", ["Host": host])
            #expect(answer.status == status)
            if status == 403 { #expect(answer.problem == "host-not-allowed") }
        }
    }

    @Test("are checked where a request changes something or opens a socket")
    func origins() async throws {
        try await withGateway {
            $0.access.allowedOrigins = ["https://listed.example"]
        } _: { gateway in
            for (origin, isAllowed) in [
                ("http://localhost", true), ("http://127.0.0.1:3000", true), ("https://listed.example", true),
                ("https://evil.example", false), ("null", false), ("file://", false),
                ("http://localhost.evil.example", false),
                ("https://listed.example.evil", false), ("https://listed.example:8443", false),
            ] {
                let headers: HTTPConnection.Headers = ["Origin": origin]
                let publish = try gateway.ask("POST", "/topics/t", headers, body: "x")
                #expect(publish.status == (isAllowed ? 201 : 403), "POST from \(origin)")
                if !isAllowed { #expect(publish.problem == "origin-not-allowed") }
                #expect(publish["access-control-allow-origin"] == (isAllowed ? origin : nil))
                #expect(publish["vary"] == "origin")

                let handshake = try gateway.connect()
                try handshake.socket.send(WebSocket.handshake("/topics/t", headers: headers))
                #expect(try handshake.head().status == (isAllowed ? 101 : 403), "WebSocket from \(origin)")

                let read = try gateway.ask("GET", "/topics/t", headers)
                #expect(read.status == 200)
                #expect(read["access-control-allow-origin"] == (isAllowed ? origin : nil))
                #expect(read["access-control-allow-credentials"] == nil)
            }
        }
    }

    @Test("learn in a preflight what they may do")
    func preflight() async throws {
        try await withGateway {
            $0.access.allowedOrigins = ["https://listed.example"]
        } _: { gateway in
            let asked: HTTPConnection.Headers = [
                "Origin": "https://listed.example", "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "idempotency-key, x-sdk-version",
            ]
            let answer = try gateway.ask("OPTIONS", "/topics/t", asked)
            #expect(answer.status == 204)
            #expect(answer["access-control-allow-origin"] == "https://listed.example")
            #expect(answer["access-control-allow-methods"]?.contains("POST") == true)
            #expect(answer["access-control-allow-headers"] == "idempotency-key, x-sdk-version")
            let unnamed = try gateway.ask("OPTIONS", "/topics/t", ["Origin": "https://listed.example"])
            for name in ["idempotency-key", "authorization", "last-event-id", "content-type"] {
                #expect(unnamed["access-control-allow-headers"]?.contains(name) == true)
            }
            #expect(try gateway.ask("OPTIONS", "/topics/t", ["Origin": "https://evil.example"]).status == 403)
        }
    }

    @Test("are of the same origin when their authority is the one that was asked for")
    func sameOrigin() async throws {
        let all = try Permissions(publish: [Pattern("**")], subscribe: [Pattern("**")])
        try await withGateway {
            $0.access.anonymous = all
            $0.access.allowedHosts = ["gateway.example"]
        } _: { gateway in
            for (host, origin, status) in [
                ("gateway.example", "https://gateway.example", 201),
                ("gateway.example:8080", "http://gateway.example:8080", 201),
                ("gateway.example", "https://other.example", 403),
                ("gateway.example:8080", "http://gateway.example", 403),
                ("gateway.example", "http://localhost", 201),
                ("rebound.example", "http://rebound.example", 403),
            ] {
                let answer = try gateway.ask("POST", "/topics/t", ["Host": host, "Origin": origin], body: "x")
                #expect(answer.status == status, "\(origin) to \(host)")
            }
        }
    }
}
