import NIOCore
import SluiceConnection
import SluiceServer
import Testing

@Suite("A streaming body", .serialized)
struct StreamingBodyTests {
    private struct Outcome: Decodable, Equatable {
        let published: Int
        let id: String?
    }

    private static func begin(_ connection: HTTPConnection, type: String, target: String = "/topics/t") throws {
        try connection.socket.send(
            HTTPConnection.request("POST", target, ["Content-Type": type, "Transfer-Encoding": "chunked"]))
    }

    private static func send(_ text: String, on connection: HTTPConnection) throws {
        try connection.socket.send("\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n")
    }

    private static func end(_ connection: HTTPConnection) throws -> Answer {
        try connection.socket.send("0\r\n\r\n")
        return try connection.answer()
    }

    @Test("of JSON lines is published while it arrives")
    func lines() async throws {
        try await withGateway { gateway in
            let stream = try gateway.stream("/topics/t")
            let publisher = try gateway.connect()
            try Self.begin(publisher, type: "application/x-ndjson", target: "/topics/t?type=token")
            for number in 0..<3 {
                try Self.send("{\"n\":\(number)}\n", on: publisher)
                let event = try stream.event()
                #expect(event.data == "{\"n\":\(number)}" && event.type == "token")
            }
            try Self.send("\n\r\n[1,", on: publisher)
            try Self.send("2]\r\n\"last\"", on: publisher)
            #expect(try stream.event().data == "[1,2]")
            let answer = try Self.end(publisher)
            #expect(answer.status == 201)
            let last = try stream.event()
            #expect(last.data == "\"last\"")
            #expect(try answer.json(Outcome.self) == Outcome(published: 5, id: last.id))
        }
    }

    @Test("of JSON lines ends at a bad one; what was before it is published and counted")
    func badLine() async throws {
        try await withGateway { gateway in
            let stream = try gateway.stream("/topics/t")
            let publisher = try gateway.connect()
            try Self.begin(publisher, type: "application/x-ndjson")
            try Self.send("1\n2\n{oops\n3\n", on: publisher)
            let answer = try publisher.answer()
            #expect(answer.status == 400 && answer.problem == "invalid-json")
            let document = try answer.json(ProblemDocument.self)
            #expect(document.published == 2 && document.detail.contains("line 3"))
            #expect(try stream.events(2).last?.id == document.id)
            try gateway.publish("t", "after")
            #expect(try stream.event().data == "after")
        }
    }

    @Test("of an event stream keeps the types and data of its blocks")
    func eventStream() async throws {
        try await withGateway { gateway in
            let stream = try gateway.stream("/topics/t")
            let publisher = try gateway.connect()
            try Self.begin(publisher, type: "text/event-stream", target: "/topics/t?type=plain")
            try Self.send("data: one\n\n", on: publisher)
            #expect(try stream.event().data == "one")
            try Self.send(": comment\n\nid: 7\nevent: token\ndata: a\nda", on: publisher)
            try Self.send("ta: b\n\nretry: 5\n\n", on: publisher)
            let event = try stream.event()
            #expect(event.type == "token" && event.data == "a\nb" && event.id != "7")
            let answer = try Self.end(publisher)
            #expect(answer.status == 201)
            #expect(try answer.json(Outcome.self) == Outcome(published: 2, id: event.id))
        }
    }

    @Test(
        "that is wrong says how far it came",
        arguments: [
            ("text/event-stream", "data: 1\n\nevent: error\ndata: 2\n\n", 400, "invalid-type"),
            ("text/event-stream", "data: 1\n\nevent: sluice.end\ndata: 2\n\n", 400, "invalid-type"),
            ("text/event-stream", "data: 1\n\ndata: 2\n", 400, "incomplete-event"),
            ("application/x-ndjson", "1\n[", 400, "invalid-json"),
        ])
    func problems(type: String, body: String, status: Int, problem: String) async throws {
        try await withGateway { gateway in
            let answer = try gateway.ask("POST", "/topics/t", ["Content-Type": type], body: body)
            #expect(answer.status == status && answer.problem == problem)
            #expect(try answer.json(ProblemDocument.self).published == 1)
            #expect(try gateway.page("/topics/t").data == ["1"])
        }
    }

    @Test("has a limit for each event, and none for all of them")
    func limits() async throws {
        try await withGateway {
            $0.connection.limits.bodyBytes = 1000
        } _: { gateway in
            let publisher = try gateway.connect()
            try Self.begin(publisher, type: "application/x-ndjson")
            for _ in 0..<20 { try Self.send("\"\(String(repeating: "x", count: 500))\"\n", on: publisher) }
            try Self.send("\"" + String(repeating: "x", count: 2000), on: publisher)
            let answer = try publisher.answer()
            #expect(answer.status == 413 && answer.problem == "too-large")
            #expect(try answer.json(ProblemDocument.self).published == 20)
        }
    }

    @Test("that brings nothing for too long ends with 408, and what came is published")
    func idleness() async throws {
        try await withGateway {
            $0.connection.limits.idleTime = .milliseconds(200)
        } _: { gateway in
            let publisher = try gateway.connect()
            try Self.begin(publisher, type: "application/x-ndjson")
            try Self.send("1\n", on: publisher)
            let answer = try publisher.answer()
            #expect(answer.status == 408 && answer.problem == "request-timeout")
            #expect(try answer.json(ProblemDocument.self).published == 1)
            #expect(try gateway.page("/topics/t").data == ["1"])
        }
    }

    @Test("that is cut off has published what came")
    func cut() async throws {
        try await withGateway { gateway in
            let stream = try gateway.stream("/topics/t")
            let publisher = try gateway.connect()
            try Self.begin(publisher, type: "application/x-ndjson")
            try Self.send("1\n2\n3", on: publisher)
            #expect(try stream.events(2).map(\.data) == ["1", "2"])
            publisher.socket.reset()
            try gateway.publish("t", "after")
            #expect(try stream.event().data == "after")
        }
    }

    @Test("ends with 409 when its topic ends")
    func endedTopic() async throws {
        try await withGateway { gateway in
            let stream = try gateway.stream("/topics/t")
            let publisher = try gateway.connect()
            try Self.begin(publisher, type: "application/x-ndjson")
            try Self.send("1\n", on: publisher)
            #expect(try stream.event().data == "1")
            #expect(try gateway.ask("POST", "/topics/t?end=true", body: "end").status == 201)
            try Self.send("2\n", on: publisher)
            let answer = try publisher.answer()
            #expect(answer.status == 409)
            #expect(try answer.json(ProblemDocument.self).published == 1)
        }
    }

    @Test("has neither an idempotency key nor an end")
    func refusedOptions() async throws {
        try await withGateway { gateway throws in
            let lines: HTTPConnection.Headers = ["Content-Type": "application/x-ndjson"]
            let withKey: HTTPConnection.Headers = ["Content-Type": "application/x-ndjson", "Idempotency-Key": "k"]
            #expect(try gateway.ask("POST", "/topics/t", withKey, body: "1\n").status == 400)
            #expect(try gateway.ask("POST", "/topics/t?end=true", lines, body: "1\n").status == 400)
            #expect(try gateway.page("/topics/t").data.isEmpty)
        }
    }

    @Test("of many events keeps their order, and all of them are counted")
    func many() async throws {
        try await withGateway { gateway in
            let stream = try gateway.stream("/topics/t")
            let body = (0..<5000).map { "\($0)\n" }.joined()
            let answer = try gateway.ask("POST", "/topics/t", ["Content-Type": "application/x-ndjson"], body: body)
            #expect(answer.status == 201)
            #expect(try answer.json(Outcome.self).published == 5000)
            #expect(try stream.events(5000).map(\.data) == (0..<5000).map(String.init))
        }
    }
}
