import NIOCore
import NIOEmbedded
import SluiceLog
import SluiceTestSupport
import SluiceTopics
import Testing

@testable import SluiceBus

/// Slow readers: a full socket turns a subscriber into a cursor, and nothing is lost by it.
@Suite struct LaggingTests {
    @Test("a reader whose socket is full gets nothing, and everything when it has room again")
    func catchUp() throws {
        let test = try TestBus()
        let (slow, quick) = (try test.client(), try test.client())
        for client in [slow, quick] { try client.start("a", from: .after(0)) }
        try test.publish("a", "1", "2")
        slow.socket.stall()
        try test.publish("a", "3", "4", "5")
        #expect(slow.heard == ["live at 0", "1", "2"])
        #expect(slow.subscriber.phase == .lagging)
        #expect(slow.subscriber.livePosition() == nil)
        slow.socket.resume()
        test.eventLoop.run()
        #expect(slow.heard == ["live at 0", "1", "2", "3", "4", "5"])
        #expect(slow.subscriber.phase == .live)
        try test.publish("a", "6")
        #expect(slow.heard == ["live at 0", "1", "2", "3", "4", "5", "6"])
        #expect(quick.heard == slow.heard)
        let counts = test.hub.report().counts
        #expect(counts.lagged == 1)
        #expect(counts.replayed == 3)
        #expect(counts.gaps == 0)
    }

    @Test("a socket that fills in the middle of a drain takes no more, and the rest follows from the log")
    func fillsInDrain() throws {
        // What a drain has is written as soon as it is half a page.
        let test = try TestBus(pageBytes: 8)
        let client = try test.client(capacity: 100)
        try client.start("a", from: .after(0))
        client.socket.stallWithRoom()
        for number in 1...40 { try test.append("a", "\(number)") }
        test.settle()
        let taken = client.heard.count
        #expect(taken < 10)
        client.socket.resume()
        test.settle()
        #expect(client.heard == ["live at 0"] + (1...40).map { "\($0)" })
    }

    @Test("a reader that takes little at a time still gets all of it, page by page")
    func smallPages() throws {
        let test = try TestBus(pageEvents: 3)
        let client = try test.client()
        try client.start("a", from: .after(0))
        client.socket.stall()
        for number in 1...100 { try test.append("a", "\(number)") }
        test.settle()
        client.socket.resume()
        // A turn is bounded, and goes on in the next.
        #expect(client.heard.count < 100)
        test.settle()
        #expect(client.heard == ["live at 0"] + (1...100).map { "\($0)" })
    }

    @Test("what a slow reader lost is told once, where it is missing")
    func gap() throws {
        let test = try TestBus(retained: 3)
        let client = try test.client()
        try client.start("a", "b", from: .after(0))
        try test.publish("a", "a1")
        try test.publish("b", "b2")
        client.socket.stall()
        for number in 3...8 { try test.publish("a", "a\(number)") }
        try test.publish("b", "b9")
        client.socket.resume()
        test.settle()
        try test.publish("a", "a10")
        #expect(client.heard == ["live at 0", "a1", "b2", "gap in a behind t-2", "a6", "a7", "a8", "b9", "a10"])
        #expect(test.hub.report().counts.gaps == 1)
    }

    @Test("a reader that was slow, but lost nothing that it selected, is told of no gap")
    func noFalseGap() throws {
        let test = try TestBus(retained: 2)
        let client = try test.client()
        try client.start("a", from: .after(0))
        client.socket.stall()
        try test.publish("a", "a1")
        for number in 2...9 { try test.publish("b", "b\(number)") }
        client.socket.resume()
        test.settle()
        #expect(client.heard == ["live at 0", "a1"])
    }

    @Test("a cursor that means nothing here is a gap, in the client's own words, and then all there is")
    func foreign() throws {
        let test = try TestBus()
        try test.publish("a", "1", "2")
        let client = try test.client()
        try client.start("a", "b", from: .foreign, requestedCursor: "other-77")
        test.settle()
        #expect(client.heard == ["gap in a b behind other-77", "1", "2", "live at 2"])
    }

    @Test("history that was evicted before the client came is no gap for one that asks for the earliest")
    func earliest() throws {
        let test = try TestBus(retained: 2)
        try test.publish("a", "1", "2", "3", "4")
        let client = try test.client()
        try client.start("a", from: .earliest)
        #expect(client.heard == ["3", "4", "live at 4"])
    }

    @Test("it lags while it catches up: it reads no page until the socket has room")
    func stalledWhileCatchingUp() throws {
        let test = try TestBus(pageEvents: 2)
        try test.publish("a", "1", "2", "3", "4", "5")
        let client = try test.client(capacity: 4)
        client.socket.stallWithRoom()
        try client.start("a", from: .earliest)
        #expect(client.heard == ["1", "2"])
        try test.publish("a", "6")
        #expect(client.heard == ["1", "2"])
        #expect(client.subscriber.phase == .catchingUp)
        client.socket.resume()
        test.settle()
        #expect(client.heard == ["1", "2", "3", "4", "5", "6", "live at 6"])
    }

    @Test("when the loop falls far behind, everyone reads on from the log and misses nothing")
    func overflow() throws {
        let test = try TestBus(retained: 20_000)
        let (live, slow) = (try test.client(), try test.client())
        for client in [live, slow] { try client.start("a", from: .after(0)) }
        let joining = try test.client()
        joining.socket.stall()
        try joining.start("a", from: .after(0))
        slow.socket.stall()
        for number in 1...16_500 { try test.append("a", "\(number)") }
        test.eventLoop.run()
        slow.socket.resume()
        joining.socket.resume()
        for client in [live, slow, joining] {
            for _ in 0..<100 where client.subscriber.phase != .live { test.settle() }
        }
        try test.publish("a", "after")
        let texts = (1...16_500).map { "\($0)" } + ["after"]
        #expect(live.heard == ["live at 0"] + texts)
        #expect(slow.heard == ["live at 0"] + texts)
        #expect(joining.heard.filter { !$0.hasPrefix("live") } == texts)
    }

    @Test("an overflow does not concern a session that has subscribed to nothing")
    func overflowOfNothing() throws {
        let test = try TestBus(retained: 20_000)
        let (empty, live) = (try test.client(), try test.client())
        empty.subscriber.start()
        try live.start("a", from: .after(0))
        for number in 1...16_500 { try test.append("a", "\(number)") }
        test.settle()
        #expect(empty.heard == [])
        #expect(empty.subscriber.phase == .live)
        try empty.join("b", from: .after(test.log.head))
        try test.publish("b", "one")
        #expect(empty.heard == ["live at 16500", "one"])
    }

    @Test("a log that cannot be read is told to the wire, and nothing more comes")
    func readFails() throws {
        let test = try TestBus()
        try test.publish("a", "1")
        test.log.refuseReads(with: .unavailable("the disk is gone"))
        let client = try test.client()
        try client.start("a", from: .earliest)
        test.settle()
        #expect(client.heard == ["failed"])
        #expect(test.log.reads == 1)
    }
}
