import SluiceLog
import SluiceMemoryLog
import SluiceServer
import SluiceTopics
import SluiceWire
import Testing

@Suite("A cursor", .serialized)
struct CursorTests {
    @Test("is the same place on every wire")
    func everyWire() async throws {
        try await withGateway { gateway in
            let ids = try (0..<5).map { try gateway.publish($0.isMultiple(of: 2) ? "a" : "b", "\($0)") }
            for (number, id) in ids.enumerated() {
                let rest = (number + 1..<5).map(String.init)
                let target = "/subscribe?topic=a&topic=b&after=\(id)"
                #expect(try gateway.page(target).data == rest)
                #expect(try gateway.stream(target).events(rest.count).map { try $0.json(Envelope.self).data } == rest)
                let session = try gateway.session()
                try session.send(text: #"{"op":"subscribe","topic":"*","after":"\#(id)","ref":"s"}"#)
                #expect(try session.operation("subscribed").cursor == id)
                for data in rest {
                    let event = try session.operation()
                    #expect(event.op == "event" && event.data == data && event.ref == "s")
                }
                let live = try session.operation()
                #expect(live.op == "live" && live.ref == "s" && live.cursor == ids.last)
            }
        }
    }

    @Test("from one wire resumes on another, without loss and without duplicates")
    func changeOfWire() async throws {
        try await withGateway { gateway in
            let stream = try gateway.stream("/topics/t")
            try gateway.publish("t", "1")
            let first = try stream.event()
            try gateway.publish("t", "2")
            let session = try gateway.session("/subscribe?topic=t&after=\(first.id)")
            let second = try session.operation("event")
            #expect(second.data == "2")
            try gateway.publish("t", "3")
            let socket = try gateway.webSocket("/topics/t?after=\(second.id ?? "")")
            #expect(try socket.text() == "3")
            let page = try gateway.page("/topics/t?after=\(second.id ?? "")")
            #expect(page.data == ["3"])
            try gateway.publish("t", "4")
            #expect(try gateway.stream("/topics/t", ["Last-Event-ID": page.cursor]).event().data == "4")
        }
    }

    @Test("in the Last-Event-ID header comes before lastEventID in the query, and that before after")
    func precedence() async throws {
        try await withGateway { gateway in
            let ids = try (0..<4).map { try gateway.publish("t", "\($0)") }
            let all = "/topics/t?after=earliest&lastEventID=\(ids[0])"
            #expect(try gateway.stream("/topics/t?after=earliest").event().data == "0")
            #expect(try gateway.stream(all).event().data == "1")
            #expect(try gateway.stream(all, ["Last-Event-ID": ids[1]]).event().data == "2")
            #expect(try gateway.page(all, ["Last-Event-ID": ids[2]]).data == ["3"])
            #expect(try gateway.webSocket(all).text() == "1")
        }
    }

    @Test("is given before the first event, so that a stream that was cut early loses nothing")
    func firstID() async throws {
        try await withGateway { gateway in
            let head = try gateway.publish("t", "0")
            let stream = try gateway.stream("/topics/t")
            guard case .retry(let time) = try stream.next() else { throw ClientError.unexpected("no retry") }
            #expect((2000...3000).contains(time))
            #expect(
                try stream.next() == .event(id: head, type: "sluice.start", data: "{\"cursor\":\"\(head)\"}"))
            try gateway.publish("t", "1")
            #expect(try gateway.stream("/topics/t", ["Last-Event-ID": stream.lastEventID]).event().data == "1")

            let late = try gateway.stream("/topics/t?after=earliest")
            #expect(try gateway.page("/topics/t?after=\(late.start())").data == ["0", "1"])
        }
    }

    @Test("of another log is a gap, and delivery goes on from the oldest event")
    func otherEpoch() async throws {
        try await withGateway { gateway in
            let ids = try [gateway.publish("t", "1"), gateway.publish("t", "2")]
            let foreign = "abc-7"
            let gap = Gap(topics: ["t"], after: foreign, oldest: ids[0])

            let stream = try gateway.stream("/topics/t", ["Last-Event-ID": foreign])
            let announced = try stream.event()
            #expect(announced.type == "sluice.gap")
            #expect(try announced.json(Gap.self) == gap)
            #expect(try gateway.page("/topics/t?after=\(announced.id)").gap == nil)
            #expect(try stream.events(2).map(\.data) == ["1", "2"])

            let page = try gateway.page("/topics/t?after=\(foreign)")
            #expect(page.gap == gap && page.data == ["1", "2"])

            let session = try gateway.session("/subscribe?topic=t&after=\(foreign)")
            let message = try session.operation("gap")
            #expect(message.topic == "t" && message.after == foreign && message.oldest == ids[0])
            #expect(try [session.operation("event"), session.operation("event")].map(\.data) == ["1", "2"])

            #expect(try gateway.webSocket("/topics/t?after=\(foreign)").closeCode() == .gap)
            #expect(try gateway.ask("GET", "/healthz").status == 200)
        }
    }

    @Test("of another log is a gap also on a topic that holds nothing")
    func otherEpochOfNothing() async throws {
        try await withGateway { gateway in
            let stream = try gateway.stream("/topics/none", ["Last-Event-ID": "abc-7"])
            #expect(try stream.event().json(Gap.self) == Gap(topics: ["none"], after: "abc-7", oldest: nil))
            #expect(try gateway.webSocket("/topics/none?after=abc-7").closeCode() == .gap)
            #expect(try gateway.page("/topics/none?after=abc-7").gap?.topics == ["none"])
            try gateway.publish("none", "1")
            #expect(try stream.event().data == "1")
        }
    }

    @Test("beyond the head of the log is a gap")
    func beyondHead() async throws {
        try await withGateway { gateway in
            let id = try gateway.publish("t", "1")
            let beyond = id.prefix { $0 != "-" } + "-999"
            #expect(try gateway.stream("/topics/t?after=\(beyond)").event().type == "sluice.gap")
            #expect(try gateway.page("/topics/t?after=\(beyond)").gap?.after == String(beyond))
            #expect(try gateway.webSocket("/topics/t?after=\(beyond)").closeCode() == .gap)
        }
    }

    @Test("that nobody can read is a gap in the header, and a bad request in after")
    func unreadable() async throws {
        try await withGateway { gateway in
            try gateway.publish("t", "1")
            let stream = try gateway.stream("/topics/t", ["Last-Event-ID": "what?"])
            #expect(try stream.event().json(Gap.self).after == "what?")
            #expect(try stream.event().data == "1")
            #expect(try gateway.webSocket("/topics/t?lastEventID=what").closeCode() == .gap)
            let answer = try gateway.ask("GET", "/topics/t?after=what", ["Accept": "text/event-stream"])
            #expect(answer.status == 400 && answer.problem == "invalid-cursor")
            let session = try gateway.session()
            try session.send(text: #"{"op":"subscribe","topic":"t","after":"what","ref":"s"}"#)
            #expect(try session.operation().code == "invalid-cursor")
        }
    }

    @Test("that is older than what the log keeps is a gap, but only for topics that lost something")
    func eviction() async throws {
        try await withGateway {
            $0.log.rules = [.init(pattern: try .init("t/**"), maximumEvents: 2)]
        } _: { gateway in
            let start = try gateway.publish("t/a", "0")
            let kept = try gateway.publish("t/b", "1")
            let ids = try (2..<6).map { try gateway.publish("t/a", "\($0)") }

            let stream = try gateway.stream("/subscribe?topic=t/a&topic=t/b&after=\(start)&format=raw")
            let gap = try stream.event()
            #expect(try gap.json(Gap.self) == Gap(topics: ["t/a"], after: start, oldest: ids[2]))
            #expect(try stream.events(3).map(\.id) == [kept, ids[2], ids[3]])
            #expect(try gateway.page("/subscribe?topic=t/b&after=\(start)").gap == nil)
            #expect(try gateway.page("/subscribe?topic=t/*&after=\(start)").gap?.topics == ["t/*"])
            #expect(try gateway.page("/subscribe?topic=t/*&after=\(ids[1])").gap == nil)
            #expect(try gateway.page("/subscribe?topic=t/*&after=earliest").gap == nil)
            #expect(try gateway.webSocket("/topics/t/a?after=\(start)").closeCode() == .gap)
            #expect(try gateway.webSocket("/topics/t/b?after=\(start)").text() == "1")
        }
    }
}
