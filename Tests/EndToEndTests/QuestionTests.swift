import NIOCore
import SluiceRelay
import SluiceSSE
import SluiceServer
import SluiceWire
import Testing

@Suite("A question of a route")
struct QuestionTests {
    private static let template = #"{"stream":true,"messages":[{"role":"user","content":"Say: ${question}"}]}"#

    /// Runs a test with a provider and a gateway with `/ask?question=…`.
    private func withQuestion(
        gateway configure: (inout GatewayConfiguration) throws -> Void = { _ in },
        _ body: @escaping @Sendable (TestGateway, StandIn) async throws -> Void
    ) async throws {
        try await GenerationTests.withUpstream { _ in
        } gateway: {
            $0.routes = [
                GatewayConfiguration.Route(
                    path: "/ask",
                    to: .question(
                        Question(
                            upstream: "model", target: "v1/chat/completions?a=b",
                            body: try #require(RequestTemplate(json: Self.template)))))
            ]
            try configure(&$0)
        } _: { gateway, standIn in
            try await body(gateway, standIn)
        }
    }

    /// What an answer's text comes in, up to its last word.
    private static func text(_ stream: EventStream) throws -> String {
        var text = ""
        while true {
            let event = try stream.event()
            if event.data == "[DONE]" { return text }
            if event.type == nil { text += event.data }
        }
    }

    @Test("is sent to the provider with what the query says, and answered as text to a plain EventSource")
    func asking() async throws {
        try await withQuestion { gateway, standIn in
            let stream = try gateway.stream("/ask?question=%22hi%22%5C%0A%C3%A4${x}&other=1")
            let call = try standIn.call()
            #expect(call.head.hasPrefix("post /v1/chat/completions?a=b http/1.1"))
            #expect(call.head.contains("authorization: bearer provider-secret"))
            #expect(call.head.contains("content-type: application/json"))
            #expect(
                call.body
                    == #"{"stream":true,"messages":[{"role":"user","content":"Say: \"hi\"\\\nä${x}"}]}"#)
            let id = try #require(stream.head["sluice-generation"])
            let first = try stream.event()
            #expect(first.type == "sluice.generation" && first.data.contains(#""id":"\#(id)""#))
            try call.stream()
            try call.token("Hel")
            #expect(try stream.event().data.contains("streaming"))
            #expect(try stream.event().data == "Hel")
            try call.token("lo")
            try call.send(StandIn.Call.done)
            #expect(try Self.text(stream) == "lo")
            #expect(try gateway.generation(id, until: "complete").text == "Hello")
            #expect(standIn.isUnasked())
        }
    }

    @Test("is not asked again by a client that comes back: it goes on with its own answer, and stops behind its end")
    func resuming() async throws {
        try await withQuestion { gateway, standIn in
            let streams = try (0..<2).map { _ in try gateway.stream("/ask?question=hi") }
            let calls = try (0..<2).map { _ in try standIn.call() }
            for (index, call) in calls.enumerated() {
                try call.stream()
                try call.token("\(index) ")
            }
            var places: [(id: String, text: String)] = []
            for stream in streams {
                var event = try stream.event()
                while event.type != nil { event = try stream.event() }
                places.append((event.id, event.data))
                stream.connection.socket.close()
            }
            #expect(Set(places.map(\.text)) == ["0 ", "1 "])
            for call in calls {
                try call.token("more")
                try call.send(StandIn.Call.done)
            }
            for place in places {
                let again = try gateway.stream("/ask?question=hi", ["Last-Event-ID": place.id])
                #expect(try Self.text(again) == "more")
                let over = try gateway.ask(
                    "GET", "/ask?question=hi&lastEventID=\(again.lastEventID)", ["Accept": "text/event-stream"])
                #expect(over.status == 204)
            }
            #expect(standIn.isUnasked())
        }
    }

    @Test("has ids of its own events only, however long it is silent, so that each of them finds it again")
    func ownIDs() async throws {
        try await withQuestion {
            $0.eventStream.heartbeat = .milliseconds(100)
        } _: { gateway, standIn in
            let stream = try gateway.stream("/ask?question=hi")
            let call = try standIn.call()
            let beginning = try stream.event().id
            let published = try gateway.publish("t", "elsewhere")
            #expect(published != beginning)
            while let item = try stream.next() {
                if case .comment = item { break }
            }
            #expect(stream.lastEventID == beginning)
            stream.connection.socket.close()
            let again = try gateway.stream("/ask?question=hi", ["Last-Event-ID": stream.lastEventID])
            try call.stream()
            try call.token("Hello")
            try call.send(StandIn.Call.done)
            #expect(try Self.text(again) == "Hello")
        }
    }

    @Test("is answered over a WebSocket too")
    func webSocket() async throws {
        try await withQuestion { gateway, standIn in
            let socket = try gateway.webSocket("/ask?question=hi")
            let call = try standIn.call()
            try call.stream()
            try call.token("Hello")
            try call.send(StandIn.Call.done)
            var texts: [String] = []
            while let message = try? socket.text() { texts.append(message) }
            #expect(texts.contains { $0.contains(#""text":"Hello""#) })
            #expect(texts.last?.contains(#""state":"complete""#) == true)
        }
    }

    @Test("that the provider does not answer ends with the reason")
    func failing() async throws {
        try await withQuestion { gateway, standIn in
            let stream = try gateway.stream("/ask?question=hi")
            try standIn.call().answer(404, #"{"error":{"type":"not_found_error","message":"model: x"}}"#)
            var event = try stream.event()
            while !event.data.contains("failed") { event = try stream.event() }
            #expect(event.data.contains("not-a-stream") && event.data.contains("not_found_error: model: x"))
            #expect(try stream.event().data == "[DONE]")
        }
    }

    @Test("is withdrawn when it turns out that its asker cannot watch")
    func wrongHandshake() async throws {
        try await withQuestion { gateway, standIn in
            let caller = try gateway.connect()
            try caller.socket.send(
                "GET /ask?question=hi HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                    + "Sec-WebSocket-Version: 12\r\n\r\n")
            let answer = try caller.answer()
            #expect(answer.status == 426)
            let id = try #require(answer["sluice-generation"])
            let generation = try gateway.generation(id, until: "cancelled")
            #expect(generation.cause == "unwatched")
        }
    }

    @Test("costs nothing when it is incomplete, not meant, of another site, or about an answer that is not known")
    func refusals() async throws {
        try await withQuestion { gateway, standIn in
            let stream: HTTPConnection.Headers = ["Accept": "text/event-stream"]
            for (method, target, headers, status, problem) in [
                ("GET", "/ask", stream, 400, "missing-parameter"),
                ("GET", "/ask?question=hi&format=xml", stream, 400, "invalid-format"),
                ("GET", "/ask?question=hi", [:], 406, "not-acceptable"),
                ("HEAD", "/ask?question=hi", stream, 406, ""),
                ("POST", "/ask?question=hi", stream, 405, "method-not-allowed"),
                (
                    "GET", "/ask?question=hi", ["Accept": "text/event-stream", "Origin": "https://evil.example"], 403,
                    "origin-not-allowed"
                ),
                (
                    "GET", "/ask?question=hi", ["Accept": "text/event-stream", "Sec-Fetch-Site": "cross-site"], 403,
                    "origin-not-allowed"
                ),
                (
                    "GET", "/ask?question=hi", ["Accept": "text/event-stream", "Last-Event-ID": "x"], 404, "not-found"
                ),
                (
                    "GET", "/ask?question=hi", ["Accept": "text/event-stream", "Last-Event-ID": "e-1"], 404,
                    "not-found"
                ),
            ] as [(String, String, HTTPConnection.Headers, Int, String)] {
                let answer = try gateway.ask(method, target, headers)
                #expect(answer.status == status, "\(method) \(target)")
                if method != "HEAD" { #expect(answer.problem == problem) }
            }
            // An event of the log, but of no answer.
            let elsewhere = try gateway.publish("t", "x")
            let answer = try gateway.ask(
                "GET", "/ask?question=hi", ["Accept": "text/event-stream", "Last-Event-ID": elsewhere])
            #expect(answer.status == 404)
            #expect(standIn.isUnasked())
        }
    }
}
