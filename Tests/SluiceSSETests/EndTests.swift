import NIOCore
import SluiceBus
import SluiceConnection
import SluiceLog
import SluiceTestSupport
import SluiceWire
import Testing

@testable import SluiceSSE

@Suite("A stream ends") struct EndTests {
    private let end = StreamEvent(id: "t-2", type: "sluice.end", data: #"{"topic":"t","id":"t-2"}"#)

    @Test("behind its topic's last event, for those who are there and those who come for the rest")
    func lastEvent() throws {
        let gateway = try TestGateway()
        let live = try gateway.stream("/topics/t")
        try gateway.publish("t", "1")
        try gateway.publish("t", "2", ends: true)
        #expect(try live.events() == [StreamEvent(id: "t-1", data: "1"), StreamEvent(id: "t-2", data: "2"), end])
        #expect(live.isOutputClosed && !live.isClosed)
        let late = try gateway.stream("/topics/t?after=t-1")
        #expect(try late.events() == [StreamEvent(id: "t-2", data: "2"), end])
        #expect(late.isOutputClosed)
    }

    @Test(
        "before it begins, with 204, only for those who have seen the last event that there will ever be",
        arguments: [
            ("/topics/t", nil, true), ("/topics/t?after=t-2", nil, true), ("/topics/t", "t-3", true),
            ("/topics/t", "t-1", false), ("/topics/t?after=earliest", nil, false), ("/topics/t", "zz-3", false),
            ("/subscribe?topic=t", "t-3", true), ("/subscribe?topic=t&topic=u", "t-3", false),
            ("/subscribe?topic=*", "t-3", false), ("/topics/u", nil, false),
        ] as [(String, String?, Bool)])
    func noContent(target: String, lastEventID: String?, isOver: Bool) throws {
        let gateway = try TestGateway()
        try gateway.publish("t", "1")
        try gateway.publish("t", "2", ends: true)
        try gateway.publish("u", "3")
        let stream = try gateway.stream(target, lastEventID: lastEventID)
        #expect(stream.response?.status == (isOver ? 204 : nil))
        #expect((stream.head == nil) == isOver)
    }

    @Test("with its end told even when none of its events is left")
    func nothingLeft() throws {
        let gateway = try TestGateway(retained: 0)
        try gateway.publish("t", "1")
        try gateway.publish("t", "2", ends: true)
        let stream = try gateway.stream("/topics/t?after=earliest")
        #expect(try stream.events() == [end])
        #expect(stream.isOutputClosed)
        #expect(
            try gateway.stream("/topics/t", lastEventID: "t-1").events().map(\.type) == ["sluice.gap", "sluice.end"])
        #expect(try gateway.stream("/topics/t", lastEventID: "t-2").response?.status == 204)
    }

    @Test("when the last of its topics has; with a pattern it does not")
    func several() throws {
        let gateway = try TestGateway()
        let named = try gateway.stream("/subscribe?topic=t&topic=u&format=raw")
        let pattern = try gateway.stream("/subscribe?topic=t&topic=u&topic=v/*")
        try gateway.publish("t", "1", ends: true)
        #expect(try named.events().map(\.type) == [nil, "sluice.end"])
        #expect(!named.isOutputClosed)
        try gateway.publish("u", "2", ends: true)
        #expect(try named.events().map(\.type) == [nil, "sluice.end"])
        #expect(named.isOutputClosed)
        #expect(!pattern.isOutputClosed)
    }

    @Test("and waits for the client to close, but not for ever")
    func lingering() throws {
        let gateway = try TestGateway()
        let polite = try gateway.stream("/topics/t")
        let silent = try gateway.stream("/topics/t")
        try gateway.publish("t", "last", ends: true)
        #expect(!polite.isClosed && !silent.isClosed)
        polite.closeInput()
        #expect(polite.isClosed)
        gateway.advance(intervals: 3)
        #expect(silent.isClosed)
    }

    @Test("when the gateway drains: with a time to come back after, and nothing that would be lost")
    func sentAway() throws {
        let gateway = try TestGateway()
        let live = try gateway.stream("/topics/t")
        let slow = try gateway.stream("/topics/t")
        _ = try [live.heard(), slow.heard()]
        slow.socket.stall()
        try gateway.publish("t", "1")
        gateway.hub.sendAway(over: .zero)
        gateway.settle()
        var heard = try live.heard()
        #expect(heard.first == .event(id: "t-1", type: nil, data: "1"))
        guard heard.count == 2, case .retry = heard.last else { throw Unexpected(items: heard) }
        #expect(live.isOutputClosed)

        #expect(!slow.isOutputClosed)
        slow.socket.resume()
        gateway.settle()
        heard = try slow.heard()
        #expect(heard.first == .event(id: "t-1", type: nil, data: "1"))
        guard heard.count == 2, case .retry = heard.last else { throw Unexpected(items: heard) }
        #expect(slow.isOutputClosed)
    }

    private struct Unexpected: Error {
        let items: [EventStreamItem]
    }

    @Test("with the reason when the log cannot be read any more")
    func failedRead() throws {
        let gateway = try TestGateway()
        gateway.log.refuseReads(with: .unavailable("the disk is gone"))
        let stream = try gateway.stream("/subscribe?topic=*")
        let event = try #require(try stream.events().first)
        #expect(event.type == "sluice.error")
        #expect(event.data.contains(#""code":"overloaded""#))
        #expect(stream.isOutputClosed)
    }

    @Test("for the bus, when its client is gone")
    func lost() throws {
        let gateway = try TestGateway()
        let first = try gateway.stream("/topics/t")
        let second = try gateway.stream("/topics/t")
        #expect(gateway.hub.report().census.values.reduce(0, +) == 2)
        first.lose()
        second.closeInput()
        #expect(first.isClosed && second.isClosed)
        #expect(gateway.hub.report().census.isEmpty)
        _ = try [first.heard(), second.heard()]
        try gateway.publish("t", "1")
        gateway.advance(intervals: 3)
        #expect(try first.heard().isEmpty && second.heard().isEmpty)
    }
}
