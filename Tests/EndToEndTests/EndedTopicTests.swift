import SluiceWire
import Testing

@Suite("A topic that has ended", .serialized)
struct EndedTopicTests {
    private struct End: Decodable, Equatable {
        let topic: String
        let id: String
    }

    @Test("ends its live subscribers behind its last event")
    func live() async throws {
        try await withGateway { gateway in
            let stream = try gateway.stream("/topics/t")
            let socket = try gateway.webSocket("/topics/t")
            let session = try gateway.session("/subscribe?topic=t&topic=u")
            for _ in 0..<2 { _ = try session.operation("live") }
            try gateway.publish("t", "1")
            let answer = try gateway.ask("POST", "/topics/t?end=true", body: "2")
            #expect(answer.status == 201)
            let id = try answer.json(Stored.self).id

            #expect(try stream.events(2).map(\.data) == ["1", "2"])
            let end = try stream.event()
            #expect(end.type == "sluice.end" && end.id == id)
            #expect(try end.json(End.self) == End(topic: "t", id: id))
            #expect(try stream.next() == nil)

            #expect(try socket.texts(2) == ["1", "2"])
            #expect(try socket.closeCode() == .normal)

            _ = try [session.operation("event"), session.operation("event")]
            let message = try session.operation("end")
            #expect(message.topic == "t" && message.id == id)
            try gateway.publish("u", "3")
            #expect(try session.operation("event").data == "3")
        }
    }

    @Test("gives those who come later the remainder and its end, and 204 to those who have seen it")
    func replay() async throws {
        try await withGateway { gateway in
            let first = try gateway.publish("t", "1")
            let last = try gateway.ask("POST", "/topics/t?end=true", body: "2").json(Stored.self).id
            for (target, rest) in [("/topics/t?after=earliest", ["1", "2"]), ("/topics/t?after=\(first)", ["2"])] {
                let stream = try gateway.stream(target)
                #expect(try stream.events(rest.count).map(\.data) == rest)
                #expect(try stream.event().type == "sluice.end")
                #expect(try stream.next() == nil)
                let socket = try gateway.webSocket(target)
                #expect(try socket.texts(rest.count) == rest)
                #expect(try socket.closeCode() == .normal)
            }
            for headers: HTTPConnection.Headers in [
                ["Accept": "text/event-stream"], ["Accept": "text/event-stream", "Last-Event-ID": last],
            ] {
                let answer = try gateway.ask("GET", "/topics/t", headers)
                #expect(answer.status == 204)
                #expect(answer["content-length"] == nil)
            }
            #expect(try gateway.webSocket("/topics/t?after=\(last)").closeCode() == .normal)
            #expect(try gateway.page("/topics/t").ended == ["t"])
        }
    }

    @Test("takes no more events")
    func conflict() async throws {
        try await withGateway { gateway in
            #expect(try gateway.ask("POST", "/topics/t?end=true", body: "last").status == 201)
            let answer = try gateway.ask("POST", "/topics/t", body: "more")
            #expect(answer.status == 409 && answer.problem == "topic-ended")
            #expect(try gateway.ask("POST", "/topics/t?end=true", body: "last").status == 409)
            let session = try gateway.session()
            try session.send(text: #"{"op":"publish","topic":"t","data":"more","ref":"p"}"#)
            let error = try session.operation()
            #expect(error.op == "error" && error.code == "topic-ended" && error.ref == "p")
            #expect(try gateway.page("/topics/t").data == ["last"])
        }
    }

    @Test("ends a stream of several topics only with the last of them, and one with a pattern never")
    func several() async throws {
        try await withGateway { gateway in
            let named = try gateway.stream("/subscribe?topic=a&topic=b&format=raw")
            let pattern = try gateway.stream("/subscribe?topic=*&format=raw")
            _ = try gateway.ask("POST", "/topics/a?end=true", body: "a")
            #expect(try named.events(2).map(\.type) == [nil, "sluice.end"])
            try gateway.publish("b", "1")
            #expect(try named.event().data == "1")
            _ = try gateway.ask("POST", "/topics/b?end=true", body: "b")
            #expect(try named.events(2).map(\.type) == [nil, "sluice.end"])
            #expect(try named.next() == nil)
            try gateway.publish("c", "2")
            let seen = try (0..<4).map { _ in
                var event = try pattern.event()
                while event.type == "sluice.end" { event = try pattern.event() }
                return event.data
            }
            #expect(seen == ["a", "1", "b", "2"])
        }
    }

    @Test("answers a waiting poll with its end")
    func longPoll() async throws {
        try await withGateway { gateway in
            let last = try gateway.ask("POST", "/topics/t?end=true", body: "last").json(Stored.self).id
            let page = try gateway.page("/topics/t?after=\(last)&wait=60")
            #expect(page.data.isEmpty && page.ended == ["t"])
        }
    }

    @Test("does not move the cursor of a stream of several topics back")
    func cursorStays() async throws {
        try await withGateway { gateway in
            _ = try gateway.ask("POST", "/topics/a?end=true", body: "1")
            let newest = try gateway.publish("b", "2")
            let stream = try gateway.stream("/subscribe?topic=a&topic=b")
            let end = try stream.event()
            #expect(end.type == "sluice.end" && end.id == newest)
        }
    }

    @Test("does not keep a long-poll for others from waiting")
    func longPollOfOthers() async throws {
        try await withGateway { gateway in
            let end = try gateway.ask("POST", "/topics/a?end=true", body: "1").json(Stored.self).id
            let connection = try gateway.connect()
            try connection.socket.send(HTTPConnection.request("GET", "/subscribe?topic=a&topic=b&wait=30&after=\(end)"))
            try gateway.publish("b", "2")
            #expect(try connection.answer().json(HistoryPage.self).data == ["2"])
        }
    }
}
