import NIOCore
import SluiceConnection
import SluiceLog
import SluiceMemoryLog
import SluiceServer
import SluiceTopics
import SluiceWire
import Synchronization
import Testing

@Suite("Draining", .serialized)
struct DrainTests {
    private static func drained(
        _ adjust: (inout GatewayConfiguration) throws -> Void = { _ in },
        _ body: @escaping @Sendable (TestGateway) async throws -> Void
    ) async throws {
        let gateway = try await TestGateway.start { configuration in
            configuration.connection.drain.notice = .milliseconds(300)
            configuration.connection.drain.spread = .milliseconds(200)
            configuration.connection.drain.time = .seconds(Int64(Socket.patience))
            configuration.log.rules = [.init(pattern: try Pattern("**"))]
            try adjust(&configuration)
        }
        try await Task(executorPreference: BlockingThreads.shared) { try await body(gateway) }.value
    }

    @Test("refuses a publish whose body is complete only when everyone has gone")
    func lateBody() async throws {
        try await Self.drained { gateway in
            let stream = try gateway.stream("/topics/t")
            let publisher = try gateway.connect()
            try publisher.socket.send(HTTPConnection.request("POST", "/topics/t", ["Content-Length": "4"]) + "ha")
            async let stopped: Void = gateway.gateway.shutdown()
            while try stream.next() != nil {}
            try publisher.socket.send("lf")
            #expect(try publisher.answer().status == 503)
            await stopped
        }
    }

    @Test("loses nothing that was answered with 2xx, and says goodbye to everyone")
    func nothingIsLost() async throws {
        try await Self.drained { gateway in
            let streams = try (0..<100).map { _ in try gateway.stream("/topics/t") }
            let sessions = try (0..<100).map { _ in try gateway.webSocket("/topics/t") }
            let lagging = try (0..<5).map { _ in
                try EventStream(gateway.connect(receiveBufferBytes: 4096), target: "/topics/t")
            }
            // Enough for the lagging ones to lag.
            let data = String(repeating: "x", count: 20_000)
            let readers = Readers(streams: streams + lagging, sessions: sessions)
            let ledger = Ledger()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for publisher in 0..<4 {
                    group.addTask {
                        var connection = try gateway.connect()
                        for number in 0... {
                            let request = HTTPConnection.request(
                                "POST", "/topics/t", body: "\(publisher)-\(number)-\(data)")
                            do {
                                try connection.socket.send(request)
                                let answer = try connection.answer()
                                if answer.status == 201 {
                                    let id = try answer.json(Stored.self).id
                                    ledger.stored.withLock { _ = $0.insert(id) }
                                } else {
                                    #expect(answer.status == 503 && answer.problem == "draining")
                                    ledger.refused.add(1, ordering: .relaxed)
                                    return
                                }
                            } catch ClientError.timedOut(let call) {
                                throw ClientError.timedOut(call)
                            } catch {
                                // Its idle connection was closed, or nobody listens any more.
                                guard let another = try? gateway.connect() else { return }
                                connection = another
                            }
                        }
                    }
                }
                group.addTask {
                    while ledger.stored.withLock({ $0.count }) < 60 { await Task.yield() }
                    await gateway.gateway.shutdown()
                }
                try readers.readAll()
                try await group.waitForAll()
                #expect(ledger.refused.load(ordering: .relaxed) > 0)
                let all = ledger.stored.withLock { $0 }
                #expect(all.count >= 60)
                readers.check(all)
            }
        }
    }

    /// What the publishers were answered.
    private final class Ledger: Sendable {
        let stored = Mutex<Set<String>>([])
        let refused = Atomic(0)
    }

    /// The subscribers that stay to the end.
    private final class Readers {
        private let streams: [EventStream]
        private let sessions: [WebSocket]
        private var seenByStreams: [Set<String>] = []
        private var seenBySessions: [Int] = []

        init(streams: [EventStream], sessions: [WebSocket]) {
            self.streams = streams
            self.sessions = sessions
        }

        /// One after the other: while one is read, the others wait in their sockets or in the log.
        func readAll() throws {
            for stream in streams {
                var ids: Set<String> = []
                var isTold = false
                for item in try stream.rest() {
                    switch item {
                    case .event(_, "sluice.start", _): isTold = false
                    case .event(let id, let type, _):
                        #expect(type == nil)
                        ids.insert(id)
                    case .retry: isTold = true
                    case .idMoved, .comment: isTold = false
                    }
                }
                #expect(isTold, "the last that a stream says is when to come back")
                seenByStreams.append(ids)
                stream.connection.socket.close()
            }
            for session in sessions {
                var count = 0
                var code: WebSocketCloseCode?
                while code == nil, let input = try session.next() {
                    switch input {
                    case .text: count += 1
                    case .close(let given, _): code = given
                    case .binary, .ping, .pong: continue
                    }
                }
                #expect(code == .goingAway)
                try? session.send(close: .goingAway)
                #expect(try session.next() == nil)
                seenBySessions.append(count)
            }
        }

        func check(_ stored: Set<String>) {
            for ids in seenByStreams { #expect(ids.isSuperset(of: stored)) }
            for count in seenBySessions { #expect(count >= stored.count) }
        }
    }

    @Test("does not wait for connections on which nothing was asked")
    func silent() async throws {
        try await Self.drained { gateway in
            let silent = try gateway.connect()
            let stream = try gateway.stream("/topics/t")
            let began = ContinuousClock.now
            async let shutdown: Void = gateway.gateway.shutdown()
            _ = try stream.rest()
            stream.connection.socket.close()
            #expect(try silent.isAtEnd())
            await shutdown
            // The drain time is two minutes, and is not what this waited for.
            #expect(began.duration(to: .now) < .seconds(Socket.patience))
        }
    }

    @Test("is announced by readiness, and refuses what is new while it goes on")
    func refusals() async throws {
        try await Self.drained {
            $0.connection.drain.notice = .seconds(2)
        } _: { gateway in
            let stream = try gateway.stream("/topics/t")
            let raw = try gateway.webSocket("/topics/t")
            let session = try gateway.session()
            async let shutdown: Void = gateway.gateway.shutdown()
            let readiness = try gateway.ask("GET", "/readyz") { $0.status == 503 }
            #expect(readiness.problem == "draining" && readiness["retry-after"] != nil)
            #expect(try gateway.ask("GET", "/healthz").status == 200)
            let publish = try gateway.ask("POST", "/topics/t", body: "x")
            #expect(publish.status == 503 && publish["retry-after"] != nil)
            #expect(try gateway.ask("POST", "/topics", body: "[]").status == 503)
            #expect(try gateway.page("/topics/t?wait=60").data.isEmpty)
            #expect(try gateway.stream("/topics/t").event().type == "sluice.error")
            let handshake = try gateway.connect()
            try handshake.socket.send(WebSocket.handshake("/topics/t"))
            #expect(try handshake.answer().status == 503)
            try session.send(text: #"{"op":"publish","topic":"t","data":"x","ref":"p"}"#)
            #expect(try session.operation("error").code == "draining")
            try raw.send(text: "x")
            #expect(try raw.closeCode() == .goingAway)
            raw.socket.close()
            _ = try stream.start()
            for item in try stream.rest() {
                if case .event = item { Issue.record("\(item)") }
            }
            stream.connection.socket.close()
            #expect(try session.closeCode() == .goingAway)
            session.socket.close()
            await shutdown
            #expect(throws: ClientError.self) { try gateway.connect() }
        }
    }

    @Test("ends a streaming body where it is, and counts what was published")
    func streamingBody() async throws {
        try await Self.drained { gateway in
            let publisher = try gateway.connect()
            try publisher.socket.send(
                HTTPConnection.request(
                    "POST", "/topics/t", ["Content-Type": "application/x-ndjson", "Transfer-Encoding": "chunked"]))
            try publisher.socket.send("4\r\n1\n2\n\r\n")
            try gateway.ask("GET", "/topics/t") { try $0.json(HistoryPage.self).data.count == 2 }
            async let shutdown: Void = gateway.gateway.shutdown()
            let answer = try publisher.answer()
            #expect(answer.status == 503 && answer.problem == "draining")
            #expect(try answer.json(ProblemDocument.self).published == 2)
            await shutdown
        }
    }

    @Test("does not wait for those who never go longer than its time")
    func stubbornClients() async throws {
        try await Self.drained {
            $0.connection.drain.time = .seconds(1)
        } _: { gateway in
            let socket = try gateway.webSocket("/topics/t")
            let stalled = try EventStream(gateway.connect(receiveBufferBytes: 4096), target: "/topics/t")
            for _ in 0..<40 { try gateway.publish("t", String(repeating: "x", count: 100_000)) }
            await gateway.gateway.shutdown()
            // What is left is cut, not left open.
            while try socket.next() != nil {}
            while (try? stalled.next()) ?? nil != nil {}
        }
    }
}
