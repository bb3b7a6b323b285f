import Foundation
import NIOCore
import SluiceAccess
import SluiceConnection
import SluiceRelay
import SluiceServer
import SluiceWire
import Testing

@Suite("A generation")
struct GenerationTests {
    /// Runs a test with a provider and a gateway that relays to it.
    static func withUpstream(
        _ adjust: (inout UpstreamConfiguration) -> Void = { _ in },
        gateway configure: (inout GatewayConfiguration) throws -> Void = { _ in },
        _ body: @escaping @Sendable (TestGateway, StandIn) async throws -> Void
    ) async throws {
        let standIn = try StandIn()
        try await withGateway { configuration in
            configuration.upstreams = [try TestGateway.upstream(standIn, adjust)]
            try configure(&configuration)
        } _: { gateway in
            try await body(gateway, standIn)
        }
    }

    private static let blocks = ["Hel", "lo, ", "world"].map(StandIn.Call.block)

    // MARK: The one who asks

    @Test(
        "is for its caller the provider's answer, byte for byte and at once, with the provider's key and not the gateway's"
    )
    func relay() async throws {
        try await Self.withUpstream { gateway, standIn in
            let caller = try gateway.askForStream(["Cookie": "a=b", "X-Forwarded-For": "1.2.3.4", "X-Custom": "kept"])
            let call = try standIn.call()
            #expect(call.head.hasPrefix("post /v1/chat/completions http/1.1"))
            #expect(call.head.contains("authorization: bearer provider-secret"))
            #expect(call.head.contains("x-custom: kept") && call.head.contains("accept-encoding: identity"))
            #expect(!call.head.contains("cookie") && !call.head.contains("forwarded"))
            #expect(call.body == #"{"stream":true}"#)
            try call.stream()
            let head = try caller.head()
            let id = try #require(head["sluice-generation"])
            #expect(head.status == 200 && head["content-type"] == "text/event-stream")
            #expect(
                head["location"] == "/generations/\(id)" && head["x-request-id"] == "7" && head["set-cookie"] == nil)
            // Each piece comes before the next one is sent, in the midst of a block too.
            for piece in ["data: {\"choi", "ces\":[]}\n\n: comment\n\nda", "ta: [DONE]\n\n"] {
                try call.send(piece)
                #expect(try caller.chunk() == piece)
            }
            try call.end()
            #expect(try caller.chunk() == "")
            #expect(try gateway.generation(id, until: "complete").upstream == "model")
        }
    }

    @Test("is none when the answer is no stream: that passes as it is, errors included")
    func passing() async throws {
        try await Self.withUpstream { gateway, standIn in
            let answers = [(200, #"{"object":"list"}"#), (429, #"{"error":"slow down"}"#), (529, "{}"), (500, "")]
            for (status, body) in answers {
                for request in [#"{"stream":false}"#, #"{"stream":true}"#] {
                    let caller = try gateway.askForStream(body: request)
                    try standIn.call().answer(status, body, "Retry-After: 3\r\n")
                    let answer = try caller.answer()
                    #expect(answer.status == status && answer.text == body)
                    #expect(answer["retry-after"] == "3" && answer["content-type"] == "application/json")
                }
            }
            #expect(standIn.isUnasked())
        }
    }

    @Test("is asked of nobody for a path that is not listed, or that says something else when it is decoded")
    func paths() async throws {
        try await Self.withUpstream { gateway, standIn in
            for (path, status) in [
                ("v2/chat", 403), ("v1/a#/b", 400), ("v1/../admin", 400), ("v1/%2e%2e/admin", 400), ("v1/a%2Fb", 400),
                ("", 400),
            ] {
                let answer = try gateway.ask("POST", "/relay/model/\(path)", body: "{}")
                #expect(answer.status == status)
            }
            let answer = try gateway.ask("POST", "/relay/nobody/v1/x", body: "{}")
            #expect(answer.status == 404)
            #expect(standIn.isUnasked())
        }
    }

    @Test("is asked without what the query says to the gateway")
    func query() async throws {
        try await Self.withUpstream {
            _ in
        } gateway: {
            $0.access.allowsKeyInQuery = true
            $0.access.keys = [
                AccessKey(name: "app", digest: AccessKey.digest(of: "secret"), permissions: .none)
            ]
        } _: { gateway, standIn in
            let caller = try gateway.connect()
            let target = "\(TestGateway.chat)?a=1&%6bey=secret&b=%26&key=x"
            try caller.socket.send(HTTPConnection.request("POST", target, body: "{}"))
            let call = try standIn.call()
            #expect(call.head.hasPrefix("post /v1/chat/completions?a=1&b=%26 http/1.1"))
            try call.answer(200, "{}")
            #expect(try caller.answer().status == 200)
        }
    }

    // MARK: Those who watch

    @Test("is watched whole on either wire, by whoever comes late, and by whoever comes back from where it stopped")
    func watching() async throws {
        try await Self.withUpstream { gateway, standIn in
            let caller = try gateway.askForStream()
            let call = try standIn.call()
            try call.stream()
            let id = try #require(try caller.head()["sluice-generation"])
            let early = try gateway.stream("/generations/\(id)?format=text")
            #expect(try early.events(2).map(\.type) == ["sluice.generation", "sluice.generation"])
            for block in Self.blocks.dropLast() {
                try call.send(block)
                _ = try early.event()
            }
            let resumed = early.lastEventID
            let late = try gateway.stream("/generations/\(id)?format=text")
            #expect(try late.events(3).last?.data == "Hello, ")
            let deltas = try gateway.webSocket("/generations/\(id)?format=deltas&snapshot=true")
            #expect(try deltas.text().hasSuffix(#""snapshot":{"text":"Hello, "}}"#))
            let raw = try gateway.stream("/generations/\(id)")
            let back = try gateway.stream("/generations/\(id)?format=text", ["Last-Event-ID": resumed])
            try call.send(Self.blocks[2])
            try call.send(StandIn.Call.done)
            try call.end()
            for stream in [early, late, back] {
                #expect(try stream.events(3).map(\.data) == ["world", #"{"state":"complete"}"#, "[DONE]"])
                #expect(try stream.event().type == "sluice.end")
            }
            #expect(try deltas.text().hasSuffix(#""delta":{"text":"world"}}"#))
            #expect(try deltas.text().hasSuffix(#""generation":{"state":"complete"}}"#))
            #expect(try deltas.closeCode() == .normal)
            let blocks = try raw.events(7).dropFirst(2).dropLast().map { "data: \($0.data)\n\n" }
            #expect(blocks == Self.blocks + [StandIn.Call.done])
            // Who has seen the end is not to come again.
            let answer = try gateway.ask(
                "GET", "/generations/\(id)", ["Accept": "text/event-stream", "Last-Event-ID": early.lastEventID])
            #expect(answer.status == 204)
            #expect(try gateway.generation(id).text == "Hello, world")
        }
    }

    @Test("goes on when its caller goes")
    func callerGone() async throws {
        try await Self.withUpstream { gateway, standIn in
            let caller = try gateway.askForStream()
            let call = try standIn.call()
            try call.stream()
            let id = try #require(try caller.head()["sluice-generation"])
            caller.socket.reset()
            for block in Self.blocks { try call.send(block) }
            try call.send(StandIn.Call.done)
            try call.end()
            #expect(try gateway.generation(id, until: "complete").text == "Hello, world")
        }
    }

    @Test("that nobody receives any more is cancelled, where that is configured")
    func unwatched() async throws {
        try await Self.withUpstream {
            $0.cancelUnwatchedAfter = .zero
        } _: { gateway, standIn in
            let caller = try gateway.askForStream()
            let call = try standIn.call()
            try call.stream()
            let id = try #require(try caller.head()["sluice-generation"])
            let watcher = try gateway.stream("/generations/\(id)")
            caller.socket.close()
            try call.token("still")
            #expect(try watcher.events(3).last?.data.contains("still") ?? false)
            #expect(try gateway.generation(id).state == "streaming")
            watcher.connection.socket.close()
            try call.waitUntilClosed()
            #expect(try gateway.generation(id, until: "cancelled").cause == "unwatched")
        }
    }

    // MARK: Paid once

    @Test("under an idempotency key is paid for once: the same request gets it from its start, another one is refused")
    func paidOnce() async throws {
        try await Self.withUpstream { gateway, standIn in
            let first = try gateway.askForStream(["Idempotency-Key": "k"])
            let call = try standIn.call()
            let waiting = try gateway.askForStream(["Idempotency-Key": "k"])
            try call.stream()
            try call.send(Self.blocks[0])
            let id = try first.head()["sluice-generation"]
            #expect(try waiting.head()["sluice-generation"] == id)
            let during = try gateway.askForStream(["Idempotency-Key": "k"])
            #expect(try during.head().status == 200)
            for block in Self.blocks.dropFirst() { try call.send(block) }
            try call.send(StandIn.Call.done)
            try call.end()
            let whole = Self.blocks.joined() + StandIn.Call.done
            #expect(try first.chunkedBody() == whole)
            let after = try gateway.askForStream(["Idempotency-Key": "k"])
            #expect(try after.head()["sluice-generation"] == id)
            for connection in [waiting, during, after] {
                while try connection.socket.receive(into: &connection.inbound) {}
                #expect(String(buffer: connection.inbound) == whole)
            }
            let other = try gateway.askForStream(["Idempotency-Key": "k"], body: #"{"stream":true,"more":1}"#)
            #expect(try other.answer().problem == "idempotency-key-reused")
            #expect(standIn.isUnasked())
        }
    }

    @Test("is what a key is for: other answers are asked for each time, and a stream that broke off is asked for again")
    func keyOfOthers() async throws {
        try await Self.withUpstream { gateway, standIn in
            for _ in 0..<2 {
                let caller = try gateway.askForStream(["Idempotency-Key": "k"], body: "{}")
                try standIn.call().answer(200, "{}")
                #expect(try caller.answer().text == "{}")
            }
            for _ in 0..<2 {
                let caller = try gateway.askForStream(["Idempotency-Key": "k"])
                let call = try standIn.call()
                try call.stream()
                let id = try #require(try caller.head()["sluice-generation"])
                try call.token("half")
                call.cut()
                #expect(try caller.chunkedBody() == nil)
                _ = try gateway.generation(id, until: "failed")
            }
        }
    }

    @Test("that came to nothing has not used up its key")
    func keyAfterFailure() async throws {
        try await Self.withUpstream { gateway, standIn in
            for _ in 0..<2 {
                let caller = try gateway.askForStream(["Idempotency-Key": "k"])
                try standIn.call().answer(429, "{}")
                #expect(try caller.answer().status == 429)
            }
            let caller = try gateway.askForStream(["Idempotency-Key": "k"])
            let call = try standIn.call()
            try call.stream()
            #expect(try caller.head().status == 200)
            try call.send(StandIn.Call.done)
            try call.end()
            #expect(try caller.chunkedBody() == StandIn.Call.done)
        }
    }

    // MARK: Cancelling

    @Test("is cancelled by whoever may: the provider's request is closed, and all who watch are told")
    func cancelling() async throws {
        try await Self.withUpstream { gateway, standIn in
            let caller = try gateway.askForStream()
            let call = try standIn.call()
            try call.stream()
            let id = try #require(try caller.head()["sluice-generation"])
            let watcher = try gateway.stream("/generations/\(id)?format=text")
            try call.token("one")
            #expect(try watcher.events(3).last?.data == "one")
            for _ in 0..<2 {
                let answer = try gateway.ask("DELETE", "/generations/\(id)")
                #expect(try answer.json(GenerationDescription.self).state == "cancelled")
            }
            try call.waitUntilClosed()
            #expect(try watcher.event().data.contains(#""state":"cancelled""#))
            #expect(try watcher.event().data == "[DONE]")
            #expect(try caller.chunkedBody() == nil)
        }
    }

    @Test("is cancelled before its provider has answered")
    func cancellingEarly() async throws {
        try await Self.withUpstream { gateway, standIn in
            let caller = try gateway.askForStream()
            let call = try standIn.call()
            struct List: Decodable {
                let generations: [GenerationDescription]
            }
            let id = try #require(gateway.ask("GET", "/generations").json(List.self).generations.first?.id)
            #expect(try gateway.generation(id).state == "queued")
            #expect(try gateway.ask("DELETE", "/generations/\(id)").status == 200)
            #expect(try caller.answer().problem == "generation-cancelled")
            try call.waitUntilClosed()
            #expect(try gateway.generation(id).state == "cancelled")
        }
    }

    @Test("that has ended stays as it ended, whoever cancels it; one that never was is not found")
    func cancellingLate() async throws {
        try await Self.withUpstream { gateway, standIn in
            let caller = try gateway.askForStream()
            let call = try standIn.call()
            try call.stream()
            let id = try #require(try caller.head()["sluice-generation"])
            try call.send(StandIn.Call.done)
            try call.end()
            #expect(try caller.chunkedBody() != nil)
            _ = try gateway.generation(id, until: "complete")
            let answer = try gateway.ask("DELETE", "/generations/\(id)")
            #expect(try answer.json(GenerationDescription.self).state == "complete")
            #expect(try gateway.ask("DELETE", "/generations/none").status == 404)
            #expect(try gateway.ask("GET", "/generations/none").status == 404)
        }
    }
}
