import SluiceAccess
import SluiceServer
import SluiceTopics
import SluiceWire
import Testing

@Suite("Access", .serialized)
struct AccessTests {
    private struct Ticket: Decodable {
        let ticket: String
        let expires: String
    }

    private static func withKeys(
        _ adjust: (inout GatewayConfiguration) -> Void = { _ in },
        _ body: @escaping @Sendable (TestGateway) async throws -> Void
    ) async throws {
        let publisher = try Permissions(publish: [Pattern("news/**")], subscribe: [])
        let reader = try Permissions(publish: [], subscribe: [Pattern("news/*"), Pattern("chat/room-1")])
        try await withGateway {
            $0.access.keys = [
                AccessKey(name: "publisher", digest: AccessKey.digest(of: "sk_p"), permissions: publisher),
                AccessKey(name: "reader", digest: AccessKey.digest(of: "sk_r"), permissions: reader),
            ]
            adjust(&$0)
        } _: {
            try await body($0)
        }
    }

    private static let reader: HTTPConnection.Headers = ["Authorization": "Bearer sk_r"]
    private static let publisher: HTTPConnection.Headers = ["Authorization": "Bearer sk_p"]

    @Test("is refused with 401 to whoever brings nothing or something wrong, and says how to do better")
    func unauthorised() async throws {
        try await Self.withKeys { gateway in
            for headers: HTTPConnection.Headers in [
                [:], ["Authorization": "Bearer sk_x"], ["Authorization": "Basic c2s6cA=="], ["Authorization": "Bearer"],
                ["Authorization": ""],
            ] {
                for (method, target) in [
                    ("POST", "/topics/news/a"), ("GET", "/topics/news/a"), ("GET", "/subscribe?topic=news/*"),
                ] {
                    let answer = try gateway.ask(method, target, headers, body: method == "POST" ? "x" : nil)
                    #expect(answer.status == 401 && answer.problem == "unauthorised", "\(headers) \(method) \(target)")
                    #expect(answer["www-authenticate"]?.hasPrefix("Bearer") == true)
                }
            }
            let stream = try gateway.ask("GET", "/topics/news/a?ticket=0", ["Accept": "text/event-stream"])
            #expect(stream.status == 401)
        }
    }

    @Test("is what the key grants, no more")
    func forbidden() async throws {
        try await Self.withKeys { gateway in
            #expect(try gateway.ask("POST", "/topics/news/a/b", Self.publisher, body: "1").status == 201)
            #expect(try gateway.ask("POST", "/topics/news/a", Self.publisher, body: "2").status == 201)
            #expect(try gateway.ask("POST", "/topics/chat/room-1", Self.publisher, body: "x").status == 403)
            #expect(try gateway.ask("POST", "/topics/news/a", Self.reader, body: "x").status == 403)
            #expect(try gateway.ask("GET", "/topics/news/a", Self.publisher).status == 403)

            #expect(try gateway.page("/topics/news/a", Self.reader).data == ["2"])
            #expect(try gateway.page("/subscribe?topic=news/*&topic=chat/room-1", Self.reader).data == ["2"])
            for query in [
                "topic=news/**", "topic=news/a/b", "topic=**", "topic=*", "topic=chat/*", "topic=news/a&topic=x",
            ] {
                let answer = try gateway.ask("GET", "/subscribe?\(query)", Self.reader)
                #expect(answer.status == 403 && answer.problem == "forbidden", "\(query)")
            }
        }
    }

    @Test("is decided on the decoded name")
    func decodedNames() async throws {
        try await Self.withKeys { gateway throws in
            #expect(try gateway.ask("GET", "/topics/n%65ws/a", Self.reader).status == 200)
            #expect(try gateway.ask("GET", "/topics/news/a%2Fb", Self.reader).status == 400)
            #expect(try gateway.ask("GET", "/topics/news/..", Self.reader).status == 400)
            #expect(try gateway.ask("POST", "/topics/news/%2e%2e/x", Self.publisher, body: "x").status == 400)
        }
    }

    @Test("over WebSocket is refused with a close code, which a browser can see")
    func closeCodes() async throws {
        try await Self.withKeys { gateway throws in
            #expect(try gateway.webSocket("/topics/news/a").closeCode() == .unauthorised)
            #expect(
                try gateway.webSocket("/topics/news/a", ["Authorization": "Bearer sk_x"]).closeCode() == .unauthorised)
            #expect(try gateway.webSocket("/topics/news/a?ticket=0").closeCode() == .unauthorised)
            #expect(try gateway.webSocket("/topics/other", Self.reader).closeCode() == .forbidden)
            #expect(try gateway.session("/subscribe?topic=**", Self.reader).closeCode() == .forbidden)
        }
    }

    @Test("to a topic that a session names later is refused with an error, and the session goes on")
    func operations() async throws {
        try await Self.withKeys { gateway in
            let session = try gateway.session("/subscribe", Self.reader)
            try session.send(text: #"{"op":"subscribe","topic":"**","ref":"1"}"#)
            try session.send(text: #"{"op":"publish","topic":"news/a","data":"x","ref":"2"}"#)
            try session.send(text: #"{"op":"subscribe","topic":"news/a","ref":"3"}"#)
            let first = try session.operation()
            #expect(first.op == "error" && first.code == "forbidden" && first.ref == "1")
            let second = try session.operation()
            #expect(second.op == "error" && second.code == "forbidden" && second.ref == "2")
            #expect(try session.operation("live").ref == "3")
            #expect(try gateway.ask("POST", "/topics/news/a", Self.publisher, body: "1").status == 201)
            #expect(try session.operation("event").data == "1")
        }
    }

    @Test("to publish is what a raw session needs for its first message")
    func rawPublish() async throws {
        try await Self.withKeys { gateway in
            let socket = try gateway.webSocket("/topics/news/a", Self.reader)
            try socket.send(text: "x")
            #expect(try socket.closeCode() == .forbidden)
            #expect(try gateway.page("/topics/news/a", Self.reader).data.isEmpty)
        }
    }

    @Test("is traded for a ticket that works once, on any wire")
    func tickets() async throws {
        try await Self.withKeys { gateway in
            #expect(try gateway.ask("POST", "/tickets").status == 401)
            func ticket() throws -> String {
                let answer = try gateway.ask("POST", "/tickets", Self.reader)
                #expect(answer.status == 201)
                return try answer.json(Ticket.self).ticket
            }
            let first = try ticket()
            let stream = try gateway.stream("/topics/news/a?ticket=\(first)")
            let again = try gateway.ask("GET", "/topics/news/a?ticket=\(first)", ["Accept": "text/event-stream"])
            #expect(again.status == 401)
            #expect(try gateway.webSocket("/topics/news/a?ticket=\(first)").closeCode() == .unauthorised)
            let socket = try gateway.webSocket("/topics/news/a?ticket=\(try ticket())")
            #expect(try gateway.ask("POST", "/topics/news/a", Self.publisher, body: "1").status == 201)
            #expect(try stream.event().data == "1")
            #expect(try socket.text() == "1")
            #expect(try gateway.ask("GET", "/topics/x?ticket=\(try ticket())").status == 403)
        }
    }

    @Test("by a ticket ends with the ticket's time")
    func expiredTickets() async throws {
        try await Self.withKeys {
            $0.access.tickets = TicketOffice.Configuration(lifetime: .zero)
        } _: { gateway in
            let ticket = try gateway.ask("POST", "/tickets", Self.reader).json(Ticket.self).ticket
            #expect(try gateway.ask("GET", "/topics/news/a?ticket=\(ticket)").status == 401)
        }
    }

    @Test("by a key in the query is refused unless the configuration allows it")
    func keyInQuery() async throws {
        try await Self.withKeys { gateway throws in
            #expect(try gateway.ask("GET", "/topics/news/a?key=sk_r").status == 401)
        }
        try await Self.withKeys {
            $0.access.allowsKeyInQuery = true
        } _: { gateway throws in
            #expect(try gateway.ask("GET", "/topics/news/a?key=sk_r").status == 200)
            #expect(try gateway.ask("GET", "/topics/news/a?key=sk_x").status == 401)
        }
    }

    @Test("without a key is what the configuration grants to anybody")
    func anonymous() async throws {
        try await Self.withKeys {
            $0.access.anonymous = Permissions(publish: [], subscribe: [Pattern(Topic(unchecked: "public"))])
        } _: { gateway throws in
            #expect(try gateway.ask("GET", "/topics/public").status == 200)
            #expect(try gateway.ask("GET", "/topics/news/a").status == 401)
            #expect(try gateway.ask("POST", "/topics/public", body: "x").status == 401)
        }
    }

    @Test("to names that begin with $ is nobody's, with a wildcard or without")
    func reservedTopics() async throws {
        try await withGateway { gateway throws in
            #expect(try gateway.ask("POST", "/topics/$sys/x", body: "x").status == 403)
            #expect(try gateway.ask("POST", "/topics/%24sys/x", body: "x").status == 403)
            #expect(try gateway.ask("GET", "/topics/$sys/x").status == 401)
        }
    }
}
