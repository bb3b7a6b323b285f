import NIOCore
import SluiceServer
import SluiceTopics
import SluiceWire
import Testing

@Suite("What is published", .serialized)
struct PublishAndSubscribeTests {
    @Test("reaches subscribers on every wire, with the id that the publisher was told")
    func everyWire() async throws {
        try await withGateway { gateway in
            let raw = try gateway.stream("/topics/chat/room-1")
            let json = try gateway.stream("/topics/chat/room-1?format=json")
            let socket = try gateway.webSocket("/topics/chat/room-1")
            let session = try gateway.session("/subscribe?topic=chat/*")
            _ = try session.operation("live")
            let answer = try gateway.ask("POST", "/topics/chat/room-1", ["Content-Type": "text/plain"], body: "hello")
            #expect(answer.status == 201)
            let stored = try answer.json(Stored.self)
            #expect(stored.topic == "chat/room-1")

            #expect(try raw.event() == EventStream.Event(id: stored.id, type: nil, data: "hello"))
            let envelope = try json.event().json(Envelope.self)
            #expect(envelope.id == stored.id && envelope.topic == "chat/room-1" && envelope.data == "hello")
            #expect(envelope.contentType == "text/plain" && envelope.encoding == nil && envelope.type == nil)
            #expect(try socket.text() == "hello")
            let event = try session.operation("event")
            #expect(event.id == stored.id && event.topic == "chat/room-1" && event.data == "hello")
            #expect(event.time == envelope.time)
            #expect(try gateway.page("/topics/chat/room-1").events == [envelope])
        }
    }

    @Test("keeps its type on every wire that has types")
    func types() async throws {
        try await withGateway { gateway in
            let raw = try gateway.stream("/topics/feed")
            let session = try gateway.session("/subscribe?topic=feed")
            try gateway.publish("feed", "1", type: "price")
            try gateway.publish("feed", "2", type: "gr%C3%BC%C3%9Fe")
            #expect(try raw.events(2).map(\.type) == ["price", "grüße"])
            #expect(try [session.operation("event"), session.operation("event")].map(\.type) == ["price", "grüße"])
            #expect(try gateway.page("/topics/feed").events.map(\.type) == ["price", "grüße"])
        }
    }

    @Test(
        "comes out of a raw event stream with its line ends as LF, and out of an envelope as it was",
        arguments: [
            "", "one\ntwo", "one\r\ntwo\rthree\n", "\n\n", " leading", "a\u{0}b", "data: x\nid: 7\n\nevent: y",
            "ß\u{2028}🦆",
        ])
    func lineEnds(data: String) async throws {
        try await withGateway { gateway in
            let raw = try gateway.stream("/topics/t")
            let json = try gateway.stream("/topics/t?format=json")
            let socket = try gateway.webSocket("/topics/t")
            let id = try gateway.publish("t", data)
            let normalised = data.replacing("\r\n", with: "\n").replacing("\r", with: "\n")
            #expect(try raw.event() == EventStream.Event(id: id, type: nil, data: normalised))
            #expect(try json.event().json(Envelope.self).data == data)
            #expect(try socket.text() == data)
            #expect(try gateway.page("/topics/t").data == [data])
            #expect(raw.lastEventID == id)
        }
    }

    @Test("as binary data is Base64 where the wire is text, and bytes in a WebSocket message")
    func binary() async throws {
        try await withGateway { gateway in
            let raw = try gateway.stream("/topics/t")
            let json = try gateway.stream("/topics/t?format=json")
            let socket = try gateway.webSocket("/topics/t")
            let bytes: [UInt8] = [0, 1, 0xFF, 0xFE]
            let publisher = try gateway.connect()
            try publisher.socket.send(
                HTTPConnection.request(
                    "POST", "/topics/t", ["Content-Type": "application/octet-stream", "Content-Length": "4"]))
            try publisher.socket.send(bytes)
            #expect(try publisher.answer().status == 201)
            #expect(try raw.event().data == "AAH//g==")
            let envelope = try json.event().json(Envelope.self)
            #expect(envelope.data == "AAH//g==" && envelope.encoding == "base64")
            guard case .binary(let data) = try socket.message() else { throw ClientError.unexpected("a text message") }
            #expect(Array(data.readableBytesView) == bytes)
        }
    }

    @Test("without a media type is binary unless it is valid UTF-8; a textual one with other bytes is refused")
    func mediaTypes() async throws {
        try await withGateway { gateway in
            let request = "POST /topics/t HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n"
            let connection = try gateway.connect()
            try connection.socket.send(Array("\(request)\r\n".utf8) + [0xC3, 0x28])
            #expect(try connection.answer().status == 201)
            #expect(try gateway.page("/topics/t").events.map(\.encoding) == ["base64"])
            try connection.socket.send(Array("\(request)Content-Type: application/json\r\n\r\n".utf8) + [0xC3, 0x28])
            let answer = try connection.answer()
            #expect(answer.status == 400 && answer.problem == "invalid-utf-8")
            #expect(try gateway.page("/topics/t").events.count == 1)
        }
    }

    @Test("over a raw WebSocket comes back to its sender too")
    func rawSessions() async throws {
        try await withGateway { gateway in
            let alice = try gateway.webSocket("/topics/chat")
            let bob = try gateway.webSocket("/topics/chat")
            let stream = try gateway.stream("/topics/chat")
            try alice.send(text: "hi")
            try bob.send(.binary, [1, 2])
            for socket in [alice, bob] {
                let received = try [socket.message(), socket.message()]
                #expect(received.contains { $0 == .text(.init(string: "hi")) })
                #expect(received.contains { $0 == .binary(.init(bytes: [1, 2])) })
            }
            #expect(Set(try stream.events(2).map(\.data)) == ["hi", "AQI="])
        }
    }

    @Test("over a session is acknowledged with its id")
    func sessions() async throws {
        try await withGateway { gateway in
            let stream = try gateway.stream("/topics/a/b")
            let session = try gateway.session()
            try session.send(
                text: #"{"op":"publish","topic":"a/b","data":"x","type":"t","contentType":"text/x","ref":"p1"}"#)
            let ack = try session.operation("ack")
            #expect(ack.ref == "p1")
            #expect(try stream.event() == EventStream.Event(id: ack.id ?? "", type: "t", data: "x"))
            try session.send(text: #"{"op":"publish","topic":"a/b","data":"AAE=","encoding":"base64","ref":"p2"}"#)
            #expect(try session.operation("ack").ref == "p2")
            #expect(try stream.event().data == "AAE=")
            #expect(try gateway.page("/topics/a/b").events.map(\.contentType) == ["text/x", nil])
        }
    }

    @Test("reaches a session once, however many of its subscriptions match")
    func onceForEachSession() async throws {
        try await withGateway { gateway in
            let session = try gateway.session("/subscribe?topic=a/b&topic=a/*&topic=**")
            for _ in 0..<3 { _ = try session.operation("live") }
            let first = try gateway.publish("a/b", "1")
            let second = try gateway.publish("c", "2")
            #expect(try [session.operation("event"), session.operation("event")].map(\.id) == [first, second])
        }
    }

    @Test("is not delivered to a session that has unsubscribed")
    func unsubscribing() async throws {
        try await withGateway { gateway in
            let session = try gateway.session("/subscribe?topic=a&topic=b")
            for _ in 0..<2 { _ = try session.operation("live") }
            try session.send(text: #"{"op":"unsubscribe","topic":"a","ref":"u"}"#)
            #expect(try session.operation("ack").ref == "u")
            try gateway.publish("a", "1")
            try gateway.publish("b", "2")
            #expect(try session.operation("event").data == "2")
            try session.send(text: #"{"op":"unsubscribe","topic":"a","ref":"again"}"#)
            let error = try session.operation("error")
            #expect(error.ref == "again" && error.code == "not-subscribed")
        }
    }

    @Test("on a path of its own goes to the topic that the path stands for")
    func routes() async throws {
        try await withGateway {
            $0.routes = [GatewayConfiguration.Route(path: "/feed", to: .topic(try Topic("news/all")))]
        } _: { gateway in
            let stream = try gateway.stream("/feed")
            let socket = try gateway.webSocket("/feed")
            #expect(try gateway.ask("POST", "/feed", body: "1").json(Stored.self).topic == "news/all")
            try gateway.publish("news/all", "2")
            #expect(try stream.events(2).map(\.data) == ["1", "2"])
            #expect(try socket.texts(2) == ["1", "2"])
            #expect(try gateway.page("/feed").data == ["1", "2"])
            #expect(try gateway.ask("GET", "/other").status == 404)
        }
    }

    @Test("arrives in one order everywhere, when many publish at once")
    func oneOrder() async throws {
        try await withGateway { gateway in
            let stream = try gateway.stream("/subscribe?topic=**")
            let session = try gateway.session("/subscribe?topic=**")
            _ = try session.operation("live")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for publisher in 0..<4 {
                    group.addTask {
                        let connection = try gateway.connect()
                        for number in 0..<100 {
                            let answer = try connection.ask("POST", "/topics/p/\(publisher)", body: "\(number)")
                            #expect(answer.status == 201)
                        }
                    }
                }
                try await group.waitForAll()
            }
            let seen = try stream.events(400).map { try $0.json(Envelope.self) }
            let positions = seen.compactMap { Cursor($0.id)?.position }
            #expect(positions.count == 400 && positions == positions.sorted())
            for publisher in 0..<4 {
                #expect(seen.filter { $0.topic == "p/\(publisher)" }.map(\.data) == (0..<100).map(String.init))
            }
            #expect(try (0..<400).map { _ in try session.operation("event").id } == seen.map(\.id))
            #expect(try gateway.page("/subscribe?topic=**&limit=1000").events == seen)
        }
    }
}
