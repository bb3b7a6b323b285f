import NIOCore
import SluiceServer
import SluiceSSE
import SluiceWebSocket
import SluiceWire
import Testing

@Suite("Heartbeats", .serialized)
struct HeartbeatTests {
    @Test("of a stream move its Last-Event-ID over events that it did not select")
    func eventStreams() async throws {
        try await withGateway {
            $0.eventStream.heartbeat = .milliseconds(100)
        } _: { gateway in
            let stream = try gateway.stream("/topics/quiet")
            _ = try stream.start()
            let id = try gateway.publish("busy", "x")
            while stream.lastEventID != id {
                guard let item = try stream.next() else { throw ClientError.endedEarly("the stream") }
                if case .event = item { throw ClientError.unexpected("\(item)") }
            }
            try gateway.publish("quiet", "1")
            #expect(try stream.event().data == "1")
            #expect(try gateway.stream("/topics/quiet", ["Last-Event-ID": id]).event().data == "1")
        }
    }

    @Test("of a session say its cursor")
    func sessions() async throws {
        try await withGateway {
            $0.webSocket.heartbeat = .milliseconds(100)
        } _: { gateway in
            let session = try gateway.session("/subscribe?topic=quiet")
            let id = try gateway.publish("busy", "x")
            var cursor: String?
            while cursor != id { cursor = try session.operation("heartbeat").cursor }
            try session.send(text: #"{"op":"ping","ref":"mine"}"#)
            var answer = try session.operation("heartbeat")
            while answer.ref == nil { answer = try session.operation("heartbeat") }
            #expect(answer.ref == "mine" && answer.cursor == id)
        }
    }

    @Test("are pings, and whoever does not answer is closed with 4408")
    func deadPeers() async throws {
        try await withGateway {
            $0.webSocket.heartbeat = .milliseconds(200)
        } _: { gateway in
            let healthy = try gateway.webSocket("/topics/t")
            let dead = try gateway.webSocket("/topics/t")
            async let closeCode = Task(executorPreference: BlockingThreads.shared) {
                let socket = try WebSocket(gateway.connect(), target: "/topics/t")
                return try socket.closeCode()
            }.value
            for _ in 0..<5 {
                guard case .ping(let data) = try healthy.next() else { throw ClientError.unexpected("no ping") }
                try healthy.send(.pong, Array(data.readableBytesView))
            }
            #expect(try dead.closeCode() == .heartbeatMissed)
            #expect(try await closeCode == .heartbeatMissed)
            try gateway.publish("t", "1")
            #expect(try healthy.text() == "1")
        }
    }

    @Test("of a client are answered with its own bytes")
    func clientPings() async throws {
        try await withGateway { gateway in
            let socket = try gateway.webSocket("/topics/t")
            try socket.send(.ping, [1, 2, 3])
            #expect(try socket.next() == .pong(ByteBuffer(bytes: [1, 2, 3])))
            try socket.send(.ping, [])
            #expect(try socket.next() == .pong(ByteBuffer()))
            try socket.send(.pong, [9])
            try socket.send(text: "1")
            #expect(try socket.text() == "1")
        }
    }

    @Test("do not come into a stream that is busy or behind")
    func idleOnly() async throws {
        try await withGateway {
            $0.eventStream.heartbeat = .milliseconds(64)
        } _: { gateway in
            let stream = try gateway.stream("/topics/t")
            let ids = try (0..<20).map { try gateway.publish("t", "\($0)") }
            // Whatever ids came between, they never went past an event that had not been delivered.
            var delivered: [String] = []
            while delivered.count < ids.count {
                switch try stream.next() {
                case .event(_, "sluice.start", _): continue
                case .event(let id, _, _): delivered.append(id)
                case .idMoved(let id): #expect(delivered.isEmpty || id == delivered.last)
                case .retry, .comment: continue
                case nil: throw ClientError.endedEarly("the stream")
                }
            }
            #expect(delivered == ids)
        }
    }
}
