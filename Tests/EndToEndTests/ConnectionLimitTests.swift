import SluiceConnection
import SluiceServer
import SluiceWire
import Testing

@Suite("Too many connections", .serialized)
struct ConnectionLimitTests {
    @Test("are told so, each in the way that its client understands, and slots are free again when others leave")
    func surplus() async throws {
        try await withGateway {
            $0.connection.limits.connections = 100
        } _: { gateway in
            let healthy = try gateway.stream("/topics/t")
            var others = try (0..<99).map { _ in try gateway.stream("/topics/t") }
            for number in 0..<200 {
                let connection = try gateway.connect()
                if number.isMultiple(of: 2) {
                    let answer = try connection.ask("GET", "/topics/t")
                    #expect(answer.status == 503 && answer.problem == "overloaded")
                    #expect(answer["retry-after"].flatMap { Int($0) } ?? 0 > 0)
                } else {
                    let stream = try EventStream(connection, target: "/topics/t")
                    guard case .retry(let time) = try stream.next() else { throw ClientError.unexpected("no retry") }
                    #expect(time >= 1000)
                    let event = try stream.event()
                    #expect(event.type == "sluice.error" && event.data.contains("overloaded"))
                    #expect(try stream.next() == nil)
                }
            }
            // What an operator needs is served all the same, so that a full gateway is not taken for a dead one.
            for path in ["/healthz", "/readyz", "/metrics"] {
                #expect(try gateway.connect().ask("GET", path).status == 200)
            }
            others.removeAll()
            // The gateway notices each end by itself; it is waited for with the very thing that was refused.
            try gateway.ask("GET", "/topics/t") { $0.status == 200 }
            try gateway.publish("t", "1")
            #expect(try healthy.event().data == "1")
        }
    }

    @Test("at once are refused without harm to those that are connected")
    func burst() async throws {
        try await withGateway {
            $0.connection.limits.connections = 100
        } _: { gateway in
            let healthy = try gateway.webSocket("/topics/t")
            let connections = try (0..<299).map { _ in try gateway.connect() }
            var statuses: [Int: Int] = [:]
            for connection in connections {
                // Beyond the connections that are open only to be refused, the gateway closes without a word.
                let status = (try? connection.ask("GET", "/topics/t").status) ?? 0
                statuses[status, default: 0] += 1
            }
            #expect(statuses[200] == 99)
            #expect((statuses[503] ?? 0) >= 128)
            #expect(statuses.values.reduce(0, +) == 299)
            try healthy.send(text: "1")
            #expect(try healthy.text() == "1")
        }
    }

    @Test("from one address are refused when the configuration says how many there may be")
    func perAddress() async throws {
        try await withGateway {
            $0.connection.limits.connectionsPerAddress = 2
        } _: { gateway in
            let first = try gateway.stream("/topics/t")
            let second = try gateway.webSocket("/topics/t")
            #expect(try gateway.ask("GET", "/topics/t").status == 503)
            try second.send(close: .normal)
            #expect(try second.closeCode() == .normal)
            second.socket.close()
            // The place is free when the gateway has noticed; then it is this connection's.
            var answer = Answer(status: 503, headers: [])
            for _ in 0..<10_000 where answer.status == 503 {
                answer = try gateway.connect().ask("POST", "/topics/t", body: "1")
            }
            #expect(answer.status == 201)
            #expect(try first.event().data == "1")
        }
    }
}
