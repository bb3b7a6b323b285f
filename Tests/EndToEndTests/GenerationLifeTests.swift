import Foundation
import NIOCore
import SluiceConnection
import SluiceRelay
import SluiceServer
import SluiceTestSupport
import SluiceWire
import Testing

@Suite("The life of a generation", .serialized)
struct GenerationLifeTests {
    @Test("many who watch it on either wire, cut off and back at random, all get the same text once and in order")
    func manyWatchers() async throws {
        let tokens = (0..<1000).map { "t\($0) " }
        let text = tokens.joined()
        try await GenerationTests.withUpstream { gateway, standIn in
            let caller = try gateway.askForStream()
            let call = try standIn.call()
            try call.stream()
            let id = try #require(try caller.head()["sluice-generation"])
            try await withThrowingTaskGroup(of: String.self) { group in
                for number in 0..<100 {
                    group.addTask(executorPreference: BlockingThreads.shared) {
                        var generator = SplitMix64(seed: UInt64(number))
                        return number.isMultiple(of: 2)
                            ? try Self.watchOverEventStream(gateway, id, &generator)
                            : try Self.watchOverWebSocket(gateway, id, &generator)
                    }
                }
                var relayed = ""
                for token in tokens {
                    try call.token(token)
                    relayed += try caller.chunk() ?? ""
                }
                try call.send(StandIn.Call.done)
                try call.end()
                relayed += try caller.chunkedBody() ?? ""
                #expect(relayed == tokens.map(StandIn.Call.block).joined() + StandIn.Call.done)
                for try await received in group { #expect(received == text) }
            }
            #expect(try gateway.generation(id).text == text)
            #expect(standIn.isUnasked())
        }
    }

    /// Reads the text, and comes back with the last id whenever it has been cut off.
    private static func watchOverEventStream(
        _ gateway: TestGateway, _ id: String, _ generator: inout SplitMix64
    ) throws -> String {
        var text = ""
        var lastEventID: String?
        while true {
            let headers: HTTPConnection.Headers = lastEventID.map { ["Last-Event-ID": $0] } ?? [:]
            let stream = try gateway.stream("/generations/\(id)?format=text", headers)
            for _ in 0..<Int.random(in: 20...400, using: &generator) {
                let event = try stream.event()
                if event.type == nil, event.data == "[DONE]" { return text }
                if event.type == nil { text += event.data }
                lastEventID = stream.lastEventID
            }
            stream.connection.socket.reset()
        }
    }

    private struct Message: Decodable {
        struct Delta: Decodable {
            let text: String?
        }

        struct Record: Decodable {
            let state: String
        }

        let id: String
        let delta: Delta?
        let generation: Record?
    }

    private static func watchOverWebSocket(
        _ gateway: TestGateway, _ id: String, _ generator: inout SplitMix64
    ) throws -> String {
        var text = ""
        var cursor: String?
        while true {
            let after = cursor.map { "&after=\($0)" } ?? ""
            let session = try gateway.webSocket("/generations/\(id)?format=deltas\(after)")
            for _ in 0..<Int.random(in: 20...400, using: &generator) {
                let message = try JSONDecoder().decode(Message.self, from: Data(session.text().utf8))
                text += message.delta?.text ?? ""
                cursor = message.id
                if message.generation?.state == "complete" { return text }
            }
            session.socket.reset()
        }
    }

    // MARK: Pushed

    private static func push(_ gateway: TestGateway, _ target: String, type: String) throws -> HTTPConnection {
        let connection = try gateway.connect()
        let headers: HTTPConnection.Headers = ["Content-Type": type, "Transfer-Encoding": "chunked"]
        try connection.socket.send(HTTPConnection.request("POST", target, headers))
        return connection
    }

    private static func send(_ text: String, on connection: HTTPConnection) throws {
        try connection.socket.send("\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n")
    }

    @Test("that a backend streams itself is watched while it comes, by the name that the backend gave it")
    func pushed() async throws {
        try await withGateway { gateway in
            let backend = try Self.push(gateway, "/generations?id=mine", type: "text/event-stream")
            _ = try gateway.generation("mine", until: "streaming")
            let watcher = try gateway.stream("/generations/mine?format=text")
            #expect(try watcher.events(2).last?.data == #"{"state":"streaming"}"#)
            for word in ["Hello, ", "world"] {
                try Self.send("data: \(word)\n\n", on: backend)
                #expect(try watcher.event().data == word)
            }
            try backend.socket.send("0\r\n\r\n")
            let answer = try backend.answer()
            #expect(answer.status == 201 && answer["location"] == "/generations/mine")
            #expect(try watcher.events(2).last?.data == "[DONE]")
            let again = try Self.push(gateway, "/generations?id=mine", type: "text/event-stream").answer()
            #expect(again.status == 409 && again.problem == "generation-exists")
        }
    }

    @Test("that a backend sends as lines is the same, in a provider's format")
    func lines() async throws {
        try await withGateway { gateway in
            let line = #"{"choices":[{"index":0,"delta":{"content":"Hi"}}]}"#
            let answer = try gateway.ask(
                "POST", "/generations?id=a&format=openai-chat", ["Content-Type": "application/x-ndjson"],
                body: "\(line)\r\n\n\(line)")
            #expect(answer.status == 201)
            #expect(try gateway.generation("a").text == "HiHi")
            let empty = try gateway.ask("POST", "/generations?id=b", ["Content-Type": "text/event-stream"], body: "")
            #expect(empty.status == 201)
            #expect(try gateway.generation("b").state == "complete")
        }
    }

    @Test("whose backend goes without an end is orphaned, and those who watch are told")
    func orphaned() async throws {
        try await withGateway { gateway in
            let backend = try Self.push(gateway, "/generations?id=mine", type: "text/event-stream")
            _ = try gateway.generation("mine", until: "streaming")
            let watcher = try gateway.stream("/generations/mine?format=deltas")
            _ = try watcher.events(2)
            try Self.send("data: Hel\n\n", on: backend)
            #expect(try watcher.event().data == #"{"text":"Hel"}"#)
            backend.socket.reset()
            #expect(try watcher.event().data.contains(#""state":"orphaned""#))
            #expect(try gateway.generation("mine").text == "Hel")
        }
    }

    @Test("that is cancelled while a backend streams it ends, and the backend is told")
    func pushedAndCancelled() async throws {
        try await withGateway { gateway in
            let backend = try Self.push(gateway, "/generations?id=mine", type: "text/event-stream")
            _ = try gateway.generation("mine", until: "streaming")
            #expect(try gateway.ask("DELETE", "/generations/mine").status == 200)
            #expect(try backend.answer().problem == "generation-cancelled")
            #expect(try gateway.generation("mine").state == "cancelled")
        }
    }

    @Test("that is begun under a used name and broken at once is refused once, behind the answers before it")
    func refusedTwice() async throws {
        try await GenerationTests.withUpstream { gateway, standIn in
            let stream: HTTPConnection.Headers = ["Content-Type": "text/event-stream"]
            #expect(try gateway.ask("POST", "/generations?id=mine", stream, body: "").status == 201)
            let connection = try gateway.connect()
            let headers: HTTPConnection.Headers = [
                "Content-Type": "text/event-stream", "Transfer-Encoding": "chunked",
            ]
            try connection.socket.send(
                HTTPConnection.request("POST", TestGateway.chat, body: "{}")
                    + HTTPConnection.request("POST", "/generations?id=mine", headers) + "no chunk\r\n")
            try standIn.call().answer(200, "{}")
            #expect(try connection.answer().status == 200)
            #expect([400, 409].contains(try connection.answer().status))
            #expect(try gateway.ask("GET", "/healthz").status == 200)
        }
    }

    @Test("is no business of a format or a body that there is not")
    func badRequests() async throws {
        try await withGateway { gateway in
            for (target, type, problem) in [
                ("/generations?format=pdf", "text/event-stream", "invalid-format"),
                ("/generations?id=a/b", "text/event-stream", "invalid-id"),
                ("/generations", "application/json", "unsupported-media-type"),
            ] {
                let answer = try gateway.ask("POST", target, ["Content-Type": type], body: "data: a\n\n")
                #expect(answer.problem == problem)
            }
            for target in [
                "/generations/a?format=json", "/generations/a?snapshot=yes", "/generations/a?snapshot=true",
                "/generations/a?after=x",
            ] {
                let answer = try gateway.ask("GET", target, ["Accept": "text/event-stream"])
                #expect(answer.status == 400)
            }
        }
    }

    // MARK: Restarts

    @Test("is complete, or has failed, behind a restart; and what was paid for is not asked for again")
    func restart() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "sluice-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let standIn = try StandIn()
        let configure: @Sendable (inout GatewayConfiguration) throws -> Void = {
            $0.logFile = folder.appending(path: "log").path
            $0.connection.drain.time = .milliseconds(300)
            $0.upstreams = [try TestGateway.upstream(standIn)]
        }
        let ids = Names()
        try await withGateway(configure) { gateway in
            let paid = try gateway.askForStream(["Idempotency-Key": "k"])
            let call = try standIn.call()
            try call.stream()
            try call.token("paid")
            try call.send(StandIn.Call.done)
            try call.end()
            ids.complete = try #require(try paid.head()["sluice-generation"])
            #expect(try paid.chunkedBody() != nil)
            let cut = try gateway.askForStream()
            let open = try standIn.call()
            try open.stream()
            try open.token("half")
            ids.cut = try #require(try cut.head()["sluice-generation"])
            _ = try cut.chunk()
            ids.open = open
        }
        try await withGateway(configure) { gateway in
            #expect(try gateway.generation(ids.complete).text == "paid")
            let cut = try gateway.generation(ids.cut)
            #expect(cut.state == "failed" && cut.cause == "gateway-stopped" && cut.text == "half")
            let again = try gateway.askForStream(["Idempotency-Key": "k"])
            #expect(try again.head()["sluice-generation"] == ids.complete)
            #expect(standIn.isUnasked())
        }
    }

    /// What one gateway tells a test that the next one is asked for.
    private final class Names: @unchecked Sendable {
        // Only one of the gateways' tests runs at a time.
        var complete = ""
        var cut = ""
        var open: StandIn.Call?
    }
}
