import NIOCore
import SluiceLog
import SluiceTestSupport
import SluiceWire
import Testing

@testable import SluiceConnection
@testable import SluiceSSE

@Suite("A stream opens") struct OpeningTests {
    private func retry(_ item: EventStreamItem?) throws -> Int {
        guard case .retry(let milliseconds) = item else { throw Unexpected(item: item) }
        return milliseconds
    }

    private struct Unexpected: Error {
        let item: EventStreamItem?
    }

    @Test("with a head that keeps caches and proxies from holding it back")
    func head() throws {
        let stream = try TestGateway().stream("/topics/t")
        let head = try #require(stream.head)
        #expect(head.status == 200)
        let headers = Dictionary(head.headers) { $0 + ", " + $1 }
        #expect(headers["content-type"] == "text/event-stream")
        #expect(headers["cache-control"] == "no-store")
        #expect(headers["x-accel-buffering"] == "no")
    }

    @Test(
        "with the time to reconnect after and the id of the place that it starts from, then what lies behind it",
        arguments: [
            ("/topics/t", nil, "t-3", []), ("/topics/t?after=latest", nil, "t-3", []),
            ("/topics/t?after=earliest", nil, "t-0", ["1", "2", "3"]), ("/topics/t?after=t-1", nil, "t-1", ["2", "3"]),
            ("/topics/t?after=earliest", "t-2", "t-2", ["3"]), ("/topics/t?after=t-1", "t-3", "t-3", []),
        ] as [(String, String?, String, [String])])
    func preamble(target: String, lastEventID: String?, id: String, backlog: [String]) throws {
        let gateway = try TestGateway()
        try gateway.publish("t", "1", "2", "3")
        let stream = try gateway.stream(target, lastEventID: lastEventID)
        let heard = try stream.heard()
        #expect((2000...3000).contains(try retry(heard.first)))
        #expect(heard.dropFirst().first == .start(id))
        #expect(heard.dropFirst(2) == backlog.map { .event(id: "t-\($0)", type: nil, data: $0) }[...])
        try gateway.publish("t", "4")
        #expect(try stream.heard() == [.event(id: "t-4", type: nil, data: "4")])
    }

    @Test("with a time of its own, so that those who were cut at once do not come back at once")
    func jitter() throws {
        var configuration = EventStreamConfiguration()
        configuration.retry = .seconds(60)
        let gateway = try TestGateway(configuration: configuration)
        let times = try (0..<50).map { _ in try retry(gateway.stream("/topics/t").heard().first) }
        #expect(times.allSatisfy { (60_000...90_000).contains($0) })
        // That fifty numbers out of thirty thousand are fewer than ten does not happen.
        #expect(Set(times).count >= 10, "\(times)")
    }

    @Test(
        "without an id when the cursor means nothing here, until it has told of the gap",
        arguments: ["zz-9", "t-9", "what?"])
    func foreign(cursor: String) throws {
        let gateway = try TestGateway()
        try gateway.publish("t", "1", "2")
        gateway.log.holdReads()
        let stream = try gateway.stream("/subscribe?topic=*&format=raw", lastEventID: cursor)
        let preamble = try stream.heard()
        _ = try retry(preamble.first)
        #expect(preamble.count == 1)
        // A client that is cut now comes back with the cursor it had, also after heartbeats.
        gateway.advance(intervals: 3)
        let beats = try stream.heard()
        #expect(!beats.isEmpty && beats.allSatisfy { $0 == .comment("") })
        gateway.log.release()
        gateway.settle()
        #expect(
            try stream.heard() == [
                .event(
                    id: "t-0", type: "sluice.gap", data: #"{"topics":["*"],"after":"\#(cursor)","oldest":"t-1"}"#),
                .event(id: "t-1", type: nil, data: "1"), .event(id: "t-2", type: nil, data: "2"),
            ])
    }

    @Test("and says first that events are lost, with an id behind which nothing is lost any more")
    func gap() throws {
        let gateway = try TestGateway(retained: 2)
        try gateway.publish("t", "1", "2", "3", "4", "5")
        let expected = [
            StreamEvent(id: "t-3", type: "sluice.gap", data: #"{"topics":["t"],"after":"t-1","oldest":"t-4"}"#),
            StreamEvent(id: "t-4", data: "4"), StreamEvent(id: "t-5", data: "5"),
        ]
        let heard = try gateway.stream("/topics/t", lastEventID: "t-1").heard()
        #expect(heard.dropFirst().first == .start("t-1"))
        #expect(try gateway.stream("/topics/t", lastEventID: "t-1").events() == expected)
        // Cut right behind the gap, it comes back with the gap's id.
        #expect(try gateway.stream("/topics/t", lastEventID: "t-3").events() == Array(expected.dropFirst()))
    }

    @Test("not at all when the log cannot be read, and its client is told when to come back")
    func unavailable() throws {
        let gateway = try TestGateway()
        gateway.log.refuseReads(with: .unavailable("the disk is gone"))
        let response = try #require(try gateway.stream("/topics/t").response)
        #expect(response.status == 200)
        var parser = EventStreamParser(maximumEventBytes: 1 << 20)
        parser.append(response.body)
        #expect(try (5000...10_000).contains(retry(try parser.next())))
        guard case .event(let id, let type, let data) = try parser.next() else { throw Unexpected(item: nil) }
        #expect(id.isEmpty && type == "sluice.error" && data.contains(#""code":"overloaded""#))
        #expect(!data.contains("disk"))
    }
}
