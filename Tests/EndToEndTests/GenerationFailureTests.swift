import Foundation
import NIOCore
import SluiceAccess
import SluiceConnection
import SluiceRelay
import SluiceServer
import SluiceTopics
import Testing

@Suite("A generation whose provider fails")
struct GenerationFailureTests {
    struct Failure: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let cause: String
        var text: String? = "Hello"
        /// Whether the provider's answer is whole as far as HTTP knows.
        var isWhole = false
        var limits: @Sendable (inout UpstreamConfiguration.Limits) -> Void = { _ in }
        /// What the provider does behind its first token.
        let happens: @Sendable (StandIn.Call) throws -> Void
    }

    private static let failures = [
        Failure(testDescription: "its connection breaks", cause: "upstream-closed") { $0.cut() },
        Failure(testDescription: "its stream ends without its last word", cause: "upstream-closed", isWhole: true) {
            try $0.end()
        },
        Failure(testDescription: "it stops in the midst of an event", cause: "upstream-closed", isWhole: true) { call in
            try call.send("data: {\"choi")
            try call.end()
        },
        Failure(testDescription: "it sends an error", cause: "provider-error", isWhole: true) { call in
            try call.send("data: {\"error\":{\"type\":\"overloaded\",\"message\":\"busy\"}}\n\n")
            try call.end()
        },
        Failure(
            testDescription: "an event is larger than events may be", cause: "event-too-large",
            limits: { $0.eventBytes = 1 << 20 }
        ) { call in
            do {
                for _ in 0..<11 { try call.send("data: " + String(repeating: "x", count: 1 << 20)) }
            } catch ClientError.system {
                // The gateway has hung up meanwhile.
            }
        },
        Failure(
            testDescription: "it never ends", cause: "generation-too-large", text: nil,
            limits: { $0.generationBytes = 64 << 10 }
        ) { call in
            do {
                while true { try call.token(String(repeating: "x", count: 1000)) }
            } catch ClientError.system {
                // The gateway has hung up.
            }
        },
        Failure(
            testDescription: "it says nothing for too long", cause: "upstream-silent", text: nil,
            limits: { $0.idleTime = .milliseconds(300) }
        ) { try $0.waitUntilClosed() },
        Failure(
            testDescription: "it takes too long", cause: "upstream-slow", text: nil,
            limits: { $0.totalTime = .milliseconds(300) }
        ) { call in
            do {
                while true { try call.token("") }
            } catch ClientError.system {
                // The gateway has hung up.
            }
        },
    ]

    @Test("has failed, with its cause, and those who watch are told", arguments: failures)
    func failing(failure: Failure) async throws {
        try await GenerationTests.withUpstream {
            failure.limits(&$0.limits)
        } _: { gateway, standIn in
            let caller = try gateway.askForStream()
            let call = try standIn.call()
            try call.stream()
            let id = try #require(try caller.head()["sluice-generation"])
            let watcher = try gateway.stream("/generations/\(id)?format=deltas")
            do {
                try call.token("Hello")
            } catch ClientError.system where failure.text == nil {
                // It was too slow already.
            }
            try failure.happens(call)
            let items = try watcher.rest().compactMap(EventStream.Event.init)
            let end = try #require(items.dropLast().last)
            #expect(end.type == "sluice.generation" && end.data.contains(#""state":"failed""#))
            #expect(end.data.contains(#""cause":"\#(failure.cause)""#))
            let generation = try gateway.generation(id)
            #expect(generation.state == "failed" && generation.cause == failure.cause)
            if let text = failure.text { #expect(generation.text == text) }
            // The caller sees whether it broke off.
            #expect(try (caller.chunkedBody() != nil) == failure.isWhole)
        }
    }

    @Test("does not look complete over HTTP/2 either when its provider breaks off")
    func brokenOffOverHTTP2() async throws {
        try await GenerationTests.withUpstream { gateway, standIn in
            let client = try HTTP2Client(to: gateway.address)
            let stream = try client.open("POST", TestGateway.chat, isWhole: false)
            try client.send(#"{"stream":true}"#, on: stream, isLast: true)
            let call = try standIn.call()
            try call.stream()
            try call.token("half")
            #expect(try client.head(of: stream).answer.status == 200)
            #expect(try client.frame(of: stream).payload == ByteBuffer(string: StandIn.Call.block("half")))
            call.cut()
            let end = try client.frame(of: stream)
            #expect(end.type == .reset)
        }
    }

    @Test("is text also where its provider's bytes are not UTF-8")
    func notUTF8() async throws {
        try await GenerationTests.withUpstream { gateway, standIn in
            let caller = try gateway.askForStream()
            let call = try standIn.call()
            try call.stream()
            let id = try #require(try caller.head()["sluice-generation"])
            let block = StandIn.Call.block("caf?")
            let bytes = block.utf8.map { $0 == UInt8(ascii: "?") ? 0xE9 : $0 }
            try call.send(bytes)
            try call.send(StandIn.Call.done)
            try call.end()
            #expect(try gateway.generation(id, until: "complete").text == "caf\u{FFFD}")
            while caller.inbound.readableBytes < bytes.count { _ = try caller.socket.receive(into: &caller.inbound) }
            #expect(caller.inbound.readableBytesView.contains(0xE9))
        }
    }

    @Test("cannot be reached: the caller is told so, after another attempt")
    func unreachable() async throws {
        try await GenerationTests.withUpstream {
            $0.url = "http://127.0.0.1:1"
        } _: { gateway, _ in
            for body in [#"{"stream":true}"#, "{}"] {
                let answer = try gateway.askForStream(body: body).answer()
                #expect(answer.status == 502 && answer.problem == "upstream-unreachable")
            }
        }
    }

    @Test("is asked again when it cannot answer now, before it has said anything")
    func retries() async throws {
        try await GenerationTests.withUpstream { gateway, standIn in
            let caller = try gateway.askForStream()
            try standIn.call().answer(503, "{}")
            let call = try standIn.call()
            try call.stream()
            #expect(try caller.head().status == 200)
            try call.send(StandIn.Call.done)
            try call.end()
            #expect(try caller.chunkedBody() == StandIn.Call.done)
        }
    }

    @Test("is not asked for more than it may be: requests under way, in a minute, and tokens")
    func allowance() async throws {
        try await GenerationTests.withUpstream {
            $0.limits.concurrencyPerKey = 1
            $0.limits.tokensPerHour = 10
        } _: { gateway, standIn in
            let caller = try gateway.askForStream()
            let call = try standIn.call()
            let second = try gateway.askForStream().answer()
            #expect(second.status == 429 && second.problem == "key-busy" && second["retry-after"] != nil)
            try call.stream()
            let id = try #require(try caller.head()["sluice-generation"])
            #expect(try gateway.ask("GET", "/metrics").text.contains("\nsluice_generations_active 1\n"))
            try call.send("data: {\"choices\":[],\"usage\": {\"prompt_tokens\":4,\"completion_tokens\":6}}\n\n")
            try call.send(StandIn.Call.done)
            try call.end()
            #expect(try gateway.generation(id, until: "complete").usage?.outputTokens == 6)
            // It is counted when all of it is done, which is a little after its end.
            var answer = try gateway.askForStream().answer()
            while answer.problem == "key-busy" { answer = try gateway.askForStream().answer() }
            #expect(answer.status == 429 && answer.problem == "budget-exhausted")
            let metrics = try gateway.ask("GET", "/metrics").text
            #expect(metrics.contains(#"sluice_relay_tokens_total{direction="out",key="anonymous",upstream="model"} 6"#))
            #expect(metrics.contains("\nsluice_generations_active 0\n"))
        }
    }

    @Test("is not asked by those without a key, whatever topics are for everybody")
    func anonymous() async throws {
        try await GenerationTests.withUpstream(gateway: {
            $0.access.anonymous = Permissions(publish: [try Pattern("**")], subscribe: [try Pattern("**")])
        }) { gateway, standIn in
            let answer = try gateway.askForStream().answer()
            #expect(answer.status == 401)
            #expect(standIn.isUnasked())
        }
    }

    @Test(
        "is asked only by keys that may, and watched and cancelled only by the key that asked, or one that is granted to"
    )
    func access() async throws {
        func key(_ name: String, subscribe: [String] = [], publish: [String] = []) throws -> AccessKey {
            AccessKey(
                name: name, digest: AccessKey.digest(of: name),
                permissions: Permissions(
                    publish: try publish.map(Pattern.init), subscribe: try subscribe.map(Pattern.init)))
        }
        try await GenerationTests.withUpstream {
            $0.keys = ["app"]
        } gateway: {
            $0.access.keys = [
                try key("app"), try key("other", subscribe: ["**"], publish: ["**"]),
                try key("auditor", subscribe: ["$generations/**"]),
            ]
        } _: { gateway, standIn in
            #expect(try gateway.askForStream().answer().status == 401)
            #expect(try gateway.askForStream(["Authorization": "Bearer other"]).answer().status == 403)
            #expect(try gateway.askForStream(["X-Api-Key": "wrong"]).answer().status == 401)
            let caller = try gateway.askForStream(["X-Api-Key": "app"])
            let call = try standIn.call()
            #expect(!call.head.contains("x-api-key"))
            try call.stream()
            let id = try #require(try caller.head()["sluice-generation"])
            for (key, status) in [("app", 200), ("other", 404), ("auditor", 200)] {
                let headers: HTTPConnection.Headers = ["Authorization": "Bearer \(key)"]
                #expect(try gateway.ask("GET", "/generations/\(id)", headers).status == status)
            }
            for (key, status) in [("other", 404), ("auditor", 404), ("app", 200)] {
                let headers: HTTPConnection.Headers = ["Authorization": "Bearer \(key)"]
                #expect(try gateway.ask("DELETE", "/generations/\(id)", headers).status == status)
            }
            try call.waitUntilClosed()
        }
    }
}
