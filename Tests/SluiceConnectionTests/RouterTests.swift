import NIOHTTP1
import SluiceWire
import Testing

@testable import SluiceConnection

@Suite struct RouterTests {
    private static let stream = ("accept", "text/event-stream")
    private static let upgrade = ("upgrade", "websocket")
    private static let key = ("authorization", "Bearer sk_chat")

    @Test(
        "the path says what is asked for, the method and the headers by which wire",
        arguments: [
            (.GET, "/topics/chat/1", [], "history chat/1 chatter"),
            (.HEAD, "/topics/chat/1", [], "history chat/1 chatter"),
            (.GET, "/topics/chat/1", [stream], "eventStream chat/1 chatter"),
            (.HEAD, "/topics/chat/1", [stream], "history chat/1 chatter"),
            (.GET, "/topics/chat/1", [upgrade], "webSocket chat/1 chatter"),
            (.GET, "/topics/chat/1", [upgrade, stream], "webSocket chat/1 chatter"),
            // RFC 6455 § 4.2.1: a handshake is a GET.
            (.HEAD, "/topics/chat/1", [upgrade], "history chat/1 chatter"),
            (.POST, "/topics/chat/1", [], "publish chat/1 chatter"),
            (.POST, "/topics/chat/1", [stream], "publish chat/1 chatter"),
            (.GET, "/topics/chat/%C3%A9%20b", [], "history chat/\u{E9} b chatter"),
            (.GET, "/subscribe?topic=chat/*", [], "history - chatter"),
            (.GET, "/subscribe?topic=chat/*", [stream], "eventStream - chatter"),
            (.GET, "/subscribe", [upgrade], "webSocket - chatter"),
            (.GET, "/ws", [upgrade], "webSocket chat/1 chatter"), (.GET, "/ws", [], "history chat/1 chatter"),
            (.POST, "/ws?type=t", [], "publish chat/1 chatter"), (.GET, "/", [], "page"), (.HEAD, "/", [], "page"),
            (.GET, "/", [upgrade], "page"), (.GET, "/both", [], "get"), (.POST, "/both", [], "post"),
        ] as [(HTTPMethod, String, [(String, String)], String)])
    func wires(method: HTTPMethod, target: String, headers: [(String, String)], answer: String) throws {
        let response = try TestRouter().ask(method, target, HTTPHeaders(headers + [Self.key]))
        #expect(response.text == answer)
    }

    @Test(
        "what is nowhere is 404, and what is no topic is 400",
        arguments: [
            ("/nothing", 404, "not-found"), ("/topics", 404, "not-found"), ("/Healthz", 404, "not-found"),
            ("/ws/", 404, "not-found"), ("/healthz/", 404, "not-found"), ("/topics/", 400, "invalid-topic"),
            ("/topics/a//b", 400, "invalid-topic"), ("/topics/a%2Fb", 400, "invalid-topic"),
            ("/topics/../healthz", 400, "invalid-topic"), ("/topics/*", 400, "invalid-topic"),
            ("/topics/a%00", 400, "invalid-topic"), ("/topics/%FF", 400, "invalid-topic"),
        ])
    func nowhere(path: String, status: Int, problem: String) throws {
        for method in [HTTPMethod.GET, .POST] {
            let response = try TestRouter().ask(method, path, HTTPHeaders([Self.key]))
            #expect(response.status == status && response.problem == problem)
        }
    }

    @Test(
        "a method that a resource does not have is 405, with those that it has",
        arguments: [
            (.DELETE, "/topics/chat/1", "GET, HEAD, POST"), (.PUT, "/ws", "GET, HEAD, POST"),
            (.POST, "/subscribe", "GET, HEAD"),
            (.POST, "/", "GET, HEAD"), (.GET, "/tickets", "POST"), (.HEAD, "/tickets", "POST"),
            (.PATCH, "/both", "GET, HEAD, POST"), (.RAW(value: "get"), "/", "GET, HEAD"),
        ] as [(HTTPMethod, String, String)])
    func methods(method: HTTPMethod, target: String, allowed: String) throws {
        let response = try TestRouter().ask(method, target, HTTPHeaders([Self.key]))
        #expect(response.status == 405 && response.problem == "method-not-allowed")
        #expect(response["allow"] == allowed)
    }

    @Test("a page of an allowed origin may read any answer, also a refusal; a page of another one none")
    func origins() throws {
        let router = try TestRouter()
        for (target, status) in [("/", 200), ("/nothing", 404), ("/topics/chat/1", 401), ("/full", 503)] {
            for (origin, isAllowed) in [
                ("https://listed.example", true), ("http://gateway.example", true), ("https://evil.example", false),
                ("null", false),
            ] {
                let response = try router.ask(.GET, target, ["origin": origin])
                #expect(response.status == status)
                #expect(response["access-control-allow-origin"] == (isAllowed ? origin : nil))
                #expect(response["access-control-allow-credentials"] == nil)
                #expect(response["vary"] == "origin")
            }
            #expect(try router.ask(.GET, target)["access-control-allow-origin"] == nil)
        }
    }

    @Test("a page of another origin may not publish, nor open a WebSocket, nor learn that it might")
    func foreignPages() throws {
        let router = try TestRouter()
        let headers: HTTPHeaders = ["origin": "https://evil.example", "authorization": "Bearer sk_chat"]
        let asked = try [
            router.ask(.POST, "/topics/chat/1", headers), router.ask(.POST, "/tickets", headers),
            router.ask(.GET, "/ws", HTTPHeaders(Array(headers.map { ($0.name, $0.value) }) + [Self.upgrade])),
            router.ask(.OPTIONS, "/topics/chat/1", headers), router.ask(.DELETE, "/nothing", headers),
        ]
        for response in asked {
            #expect(response.status == 403 && response.problem == "origin-not-allowed")
        }
    }

    @Test("a preflight is answered without a key, since a browser sends none")
    func preflight() throws {
        let response = try TestRouter().ask(
            .OPTIONS, "/topics/chat/1",
            ["origin": "https://listed.example", "access-control-request-method": "POST"])
        #expect(response.status == 204)
        #expect(response["access-control-allow-origin"] == "https://listed.example")
        let methods = response["access-control-allow-methods"]?.split(separator: ", ") ?? []
        #expect(methods.contains("GET") && methods.contains("POST"))
        let headers = response["access-control-allow-headers"]?.split(separator: ", ") ?? []
        for name in ["authorization", "content-type", "idempotency-key", "last-event-id"] {
            #expect(headers.contains(name[...]))
        }
    }

    @Test("what is only temporary is told to an EventSource as a stream, and to everyone else with its status")
    func temporary() throws {
        let router = try TestRouter()
        let stream = try router.ask(.GET, "/full", HTTPHeaders([Self.stream]))
        #expect(stream.status == 200 && stream["content-type"] == "text/event-stream")
        #expect(stream["cache-control"] == "no-store")
        var parser = EventStreamParser(maximumEventBytes: 1000)
        parser.append(stream.body)
        guard case .retry(let time) = try parser.next() else { throw TestRouter.NoAnswer() }
        #expect((5000...10_000).contains(time))
        #expect(
            try parser.next()
                == .event(id: "", type: "sluice.error", data: #"{"code":"overloaded","message":"full"}"#))

        for headers in [HTTPHeaders(), HTTPHeaders([Self.stream, Self.upgrade])] {
            let response = try router.ask(.GET, "/full", headers)
            #expect(response.status == 503 && response.problem == "overloaded")
            #expect(response["retry-after"] == "5")
        }
        // What will not change ends the client's attempts.
        #expect(try router.ask(.GET, "/never", HTTPHeaders([Self.stream])).status == 403)
        #expect(try router.ask(.GET, "/nothing", HTTPHeaders([Self.stream])).status == 404)
    }

    @Test("a connection that is one too many gets what is essential, and for the rest its refusal")
    func tooMany() throws {
        let router = try TestRouter()
        let refusal = Problem.overloaded("too many connections")
        #expect(try router.ask(.GET, "/healthz", refusal: refusal).text == "health")
        for (method, target) in [(HTTPMethod.GET, "/"), (.POST, "/topics/chat/1"), (.GET, "/nothing")] {
            #expect(try router.ask(method, target, refusal: refusal).problem == "overloaded")
        }
        // Without the fields of CORS a page's EventSource could not read it, and would give up.
        let stream = try router.ask(
            .GET, "/topics/chat/1", HTTPHeaders([Self.stream, ("origin", "https://listed.example")]),
            refusal: refusal)
        #expect(stream.status == 200 && stream.text.contains("overloaded"))
        #expect(stream["access-control-allow-origin"] == "https://listed.example")
    }

    @Test(
        "who brings nothing or something wrong is 401, who brings too little 403",
        arguments: [
            (nil, "/topics/chat/1", 401), ("Bearer sk_wrong", "/topics/chat/1", 401),
            ("Basic c2tfY2hhdA==", "/topics/chat/1", 401), ("Bearer", "/topics/chat/1", 401),
            ("bearer sk_chat", "/topics/chat/1", 200), (nil, "/topics/chat/1?ticket=00", 401),
            (nil, "/topics/chat/1?key=sk_chat", 401), ("Bearer sk_chat", "/topics/other", 403),
            ("Bearer sk_chat", "/topics/$sys", 403), ("Bearer sk_wrong", "/both", 401), (nil, "/both", 200),
        ] as [(String?, String, Int)])
    func access(authorization: String?, target: String, status: Int) throws {
        let router = try TestRouter()
        var headers = HTTPHeaders()
        if let authorization { headers.add(name: "authorization", value: authorization) }
        for method in [HTTPMethod.GET, .POST] {
            let response = try router.ask(method, target, headers)
            #expect(response.status == status)
            #expect((response["www-authenticate"] != nil) == (status == 401))
        }
    }

    @Test("a WebSocket learns by itself who it is, or that it is nobody, since a browser sees no status")
    func webSocketAccess() throws {
        let router = try TestRouter()
        for (authorization, who) in [("Bearer sk_wrong", "unauthorised"), ("Bearer sk_chat", "chatter")] {
            let response = try router.ask(.GET, "/ws", HTTPHeaders([Self.upgrade, ("authorization", authorization)]))
            #expect(response.text == "webSocket chat/1 \(who)")
        }
        #expect(try router.ask(.GET, "/ws", HTTPHeaders([Self.upgrade])).text == "webSocket chat/1 anonymous")
    }
}
