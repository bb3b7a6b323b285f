import NIOCore
import SluiceLog
import SluiceMemoryLog
import SluiceServer
import SluiceTopics
import SluiceWire
import Testing

@Suite("A subscriber that stalls", .serialized)
struct StalledSubscriberTests {
    private static let size = 64 << 10
    private static let count = 1024

    private static func publishAll(_ gateway: TestGateway, reading: () throws -> Void) throws -> [String] {
        let publisher = try gateway.connect()
        let data = String(repeating: "x", count: size)
        return try (0..<count).map { _ in
            let answer = try publisher.ask("POST", "/topics/t", body: data)
            try reading()
            return try answer.json(Stored.self).id
        }
    }

    @Test("gets everything when it reads again, if the log has kept it, and others do not notice")
    func exact() async throws {
        try await withGateway {
            $0.log.rules = [.init(pattern: try Pattern("**"))]
        } _: { gateway in
            let stalled = try EventStream(gateway.connect(receiveBufferBytes: 4096), target: "/topics/t")
            let session = try WebSocket(
                gateway.connect(receiveBufferBytes: 4096), target: "/subscribe?topic=t", subprotocol: "sluice.v1.json")
            let healthy = try gateway.stream("/topics/t")
            var seen: [String] = []
            let ids = try Self.publishAll(gateway) { seen.append(try healthy.event().id) }
            #expect(seen == ids)
            let metrics = try gateway.ask("GET", "/metrics").text
            #expect(metrics.contains("sluice_lagging_total 2\n"))
            #expect(try stalled.events(Self.count).map(\.id) == ids)
            #expect(try (0..<Self.count).map { _ in try session.operation("event").id } == ids)
            // Both are live again.
            let last = try gateway.publish("t", "last")
            #expect(try stalled.event().id == last)
            #expect(try session.operation("event").id == last)
        }
    }

    @Test("is told of a gap where the log went on without it, and goes on behind it")
    func gap() async throws {
        try await withGateway {
            $0.log.rules = [.init(pattern: try Pattern("**"), maximumEvents: 16)]
        } _: { gateway in
            let stalled = try EventStream(gateway.connect(receiveBufferBytes: 4096), target: "/topics/t")
            let session = try WebSocket(
                gateway.connect(receiveBufferBytes: 4096), target: "/subscribe?topic=t", subprotocol: "sluice.v1.json")
            let raw = try WebSocket(gateway.connect(receiveBufferBytes: 4096), target: "/topics/t")
            let healthy = try gateway.stream("/topics/t")
            var seen: [String] = []
            let ids = try Self.publishAll(gateway) { seen.append(try healthy.event().id) }
            #expect(seen == ids)

            var fromStream: [String] = []
            var gaps: [(after: String, atIndex: Int)] = []
            while fromStream.last != ids.last {
                let event = try stalled.event()
                if event.type == "sluice.gap" {
                    gaps.append((try event.json(Gap.self).after, fromStream.count))
                } else {
                    fromStream.append(event.id)
                }
            }
            #expect(!gaps.isEmpty)
            Self.check(fromStream, gaps, against: ids)

            var fromSession: [String] = []
            gaps = []
            while fromSession.last != ids.last {
                let message = try session.operation()
                switch message.op {
                case "gap": gaps.append((message.after ?? "", fromSession.count))
                case "event": fromSession.append(message.id ?? "")
                default: continue
                }
            }
            #expect(!gaps.isEmpty)
            Self.check(fromSession, gaps, against: ids)

            #expect(try raw.closeCode() == .gap)
        }
    }

    /// What is missing between two events that follow one another was announced just there, and every gap is true.
    private static func check(_ seen: [String], _ gaps: [(after: String, atIndex: Int)], against ids: [String]) {
        var next = 0
        for (index, id) in seen.enumerated() {
            guard let place = ids[next...].firstIndex(of: id) else {
                Issue.record("\(id) came twice or out of order")
                return
            }
            #expect((place > next) == gaps.contains { $0.atIndex == index }, "before \(id)")
            next = place + 1
        }
        #expect(next == ids.count)
    }
}
