import SluiceAccess
import SluiceHTTP
import SluiceServer
import SluiceTopics
import Testing

@Suite("Publishing all or nothing, and only once", .serialized)
struct BatchAndIdempotencyTests {
    @Test("a batch is stored in its order, and answered with an id for each event")
    func batch() async throws {
        try await withGateway { gateway in
            let stream = try gateway.stream("/subscribe?topic=**")
            let answer = try gateway.ask(
                "POST", "/topics",
                body:
                    #"[{"topic":"a","data":"1"},{"topic":"b/c","data":"AAE=","encoding":"base64","type":"t"},{"topic":"a","data":"2","end":true}]"#
            )
            #expect(answer.status == 201)
            let stored = try answer.json([Stored].self)
            #expect(stored.map(\.topic) == ["a", "b/c", "a"])
            let events = try stream.events(3)
            #expect(events.map(\.id) == stored.map(\.id))
            #expect(events.map(\.type) == [nil, "t", nil])
            #expect(try events.map { try $0.json(Envelope.self).data } == ["1", "AAE=", "2"])
            #expect(try gateway.ask("POST", "/topics/a", body: "3").status == 409)
        }
    }

    @Test(
        "a batch with anything wrong in it publishes nothing",
        arguments: [
            ("not json", 400, "invalid-batch"),
            ("{}", 400, "invalid-batch"),
            ("[]", 400, "invalid-batch"),
            (#"[{"topic":"a","data":"1"},{"topic":"a"}]"#, 400, "invalid-batch"),
            (#"[{"topic":"a","data":"1"},{"topic":"a//b","data":"2"}]"#, 400, "invalid-topic"),
            (#"[{"topic":"a","data":"1"},{"topic":"*","data":"2"}]"#, 400, "invalid-topic"),
            (#"[{"topic":"a","data":"1"},{"topic":"$sys","data":"2"}]"#, 403, "forbidden"),
            (#"[{"topic":"a","data":"1"},{"topic":"a","data":"2","type":"error"}]"#, 400, "invalid-type"),
            (#"[{"topic":"a","data":"1"},{"topic":"a","data":"%","encoding":"base64"}]"#, 400, "invalid-data"),
            (#"[{"topic":"a","data":"1"},{"topic":"ended","data":"2"}]"#, 409, "topic-ended"),
            (#"[{"topic":"a","data":"1","end":true},{"topic":"a","data":"2"}]"#, 409, "topic-ended"),
        ])
    func badBatch(body: String, status: Int, problem: String) async throws {
        try await withGateway { gateway in
            _ = try gateway.ask("POST", "/topics/ended?end=true", body: "x")
            let answer = try gateway.ask("POST", "/topics", body: body)
            #expect(answer.status == status)
            if problem != "invalid-data" { #expect(answer.problem == problem) }
            #expect(try gateway.page("/topics/a").data.isEmpty)
        }
    }

    @Test("a batch has a limit")
    func batchLimit() async throws {
        try await withGateway {
            $0.http.batchEvents = 3
        } _: { gateway throws in
            func batch(_ count: Int) -> String {
                "[" + Array(repeating: #"{"topic":"a","data":"1"}"#, count: count).joined(separator: ",") + "]"
            }
            #expect(try gateway.ask("POST", "/topics", body: batch(4)).status == 413)
            #expect(try gateway.ask("POST", "/topics", body: batch(3)).status == 201)
            #expect(try gateway.page("/topics/a").data.count == 3)
        }
    }

    @Test("an idempotency key with the same publish again answers 200 with the first id")
    func sameKey() async throws {
        try await withGateway { gateway in
            let headers: HTTPConnection.Headers = ["Idempotency-Key": "k1"]
            let first = try gateway.ask("POST", "/topics/t", headers, body: "x")
            #expect(first.status == 201)
            let again = try gateway.ask("POST", "/topics/t", headers, body: "x")
            #expect(again.status == 200)
            #expect(try again.json(Stored.self) == first.json(Stored.self))
            #expect(try gateway.page("/topics/t").data == ["x"])
            // Another topic, another key and no key are other publishes.
            #expect(try gateway.ask("POST", "/topics/u", headers, body: "x").status == 201)
            #expect(try gateway.ask("POST", "/topics/t", ["Idempotency-Key": "k2"], body: "x").status == 201)
            #expect(try gateway.ask("POST", "/topics/t", body: "x").status == 201)
            #expect(try gateway.page("/topics/t").data == ["x", "x", "x"])
        }
    }

    @Test("an idempotency key with another publish is 422")
    func otherPublish() async throws {
        try await withGateway { gateway in
            let headers: HTTPConnection.Headers = ["Idempotency-Key": "k"]
            #expect(try gateway.ask("POST", "/topics/t", headers, body: "x").status == 201)
            for (target, body) in [("/topics/t", "y"), ("/topics/t?type=a", "x"), ("/topics/t?end=true", "x")] {
                let answer = try gateway.ask("POST", target, headers, body: body)
                #expect(answer.status == 422 && answer.problem == "idempotency-key-reused")
            }
            #expect(try gateway.ask("POST", "/topics/t", ["Idempotency-Key": ""], body: "x").status == 400)
            let long = String(repeating: "k", count: 256)
            #expect(try gateway.ask("POST", "/topics/t", ["Idempotency-Key": long], body: "x").status == 400)
            #expect(try gateway.page("/topics/t").data == ["x"])
        }
    }

    @Test("an idempotency key holds for a batch as a whole")
    func batchKey() async throws {
        try await withGateway { gateway in
            let body = #"[{"topic":"a","data":"1"},{"topic":"b","data":"2"}]"#
            let first = try gateway.ask("POST", "/topics", ["Idempotency-Key": "k"], body: body)
            let again = try gateway.ask("POST", "/topics", ["Idempotency-Key": "k"], body: body)
            #expect(first.status == 201 && again.status == 200)
            #expect(try again.json([Stored].self) == first.json([Stored].self))
            #expect(try gateway.page("/subscribe?topic=**").data == ["1", "2"])
        }
    }

    @Test("an idempotency key belongs to the principal who uses it, over any wire")
    func principals() async throws {
        let all = try Permissions(publish: [Pattern("**")], subscribe: [Pattern("**")])
        try await withGateway {
            $0.access.keys = ["alice", "bob"].map {
                AccessKey(name: $0, digest: AccessKey.digest(of: "sk_\($0)"), permissions: all)
            }
        } _: { gateway in
            func publish(_ who: String) throws -> Answer {
                try gateway.ask(
                    "POST", "/topics/t", ["Authorization": "Bearer sk_\(who)", "Idempotency-Key": "k"], body: "x")
            }
            let alice = try publish("alice")
            let bob = try publish("bob")
            #expect(alice.status == 201 && bob.status == 201)
            #expect(try publish("alice").json(Stored.self) == alice.json(Stored.self))

            let session = try gateway.session("/subscribe", ["Authorization": "Bearer sk_bob"])
            for _ in 0..<2 {
                try session.send(text: #"{"op":"publish","topic":"t","data":"y","key":"k2","ref":"p"}"#)
            }
            let acks = try [session.operation("ack"), session.operation("ack")]
            #expect(acks[0].id == acks[1].id)
            #expect(try gateway.page("/topics/t", ["Authorization": "Bearer sk_bob"]).data == ["x", "x", "y"])
        }
    }

    @Test("an idempotency key of many publishes at once stores one event")
    func concurrentKey() async throws {
        try await withGateway { gateway in
            let ids = try await withThrowingTaskGroup(of: (Int, String).self) { group in
                for _ in 0..<16 {
                    group.addTask {
                        let answer = try gateway.ask("POST", "/topics/t", ["Idempotency-Key": "k"], body: "x")
                        return (answer.status, try answer.json(Stored.self).id)
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(ids.map(\.1)).count == 1)
            #expect(ids.filter { $0.0 == 201 }.count == 1 && ids.filter { $0.0 == 200 }.count == 15)
            #expect(try gateway.page("/topics/t").data == ["x"])
        }
    }
}
