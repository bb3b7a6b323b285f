import NIOCore
import NIOEmbedded
import SluiceGeneration
import SluiceLog
import SluiceTestSupport
import SluiceTopics
import SluiceWire
import Testing

@testable import SluiceBus

/// Live delivery: who gets an event, how it is encoded and when it is flushed.
@Suite struct DeliveryTests {
    @Test("subscribers get the events that they selected, in log order")
    func selection() throws {
        let test = try TestBus()
        let (one, all, other) = (try test.client(), try test.client(), try test.client())
        try one.start("a/1", from: .after(0))
        try all.start("a/*", "b", from: .after(0))
        try other.start("c", from: .after(0))
        try test.publish("a/1", "first")
        try test.publish("a/2", "second")
        try test.publish("b", "third")
        #expect(one.heard == ["live at 0", "first"])
        #expect(all.heard == ["live at 0", "first", "second", "third"])
        #expect(other.heard == ["live at 0"])
        #expect(test.log.reads == 3)
    }

    @Test("an event that several of its patterns match comes once")
    func overlap() throws {
        let test = try TestBus()
        let client = try test.client()
        try client.start("a/1", "a/*", "**", from: .after(0))
        try test.publish("a/1", "first", "second")
        #expect(client.heard == ["live at 0", "first", "second"])
    }

    @Test(
        "an event is encoded once: all subscribers of a format get the same bytes", arguments: DeliveryFormat.allCases)
    func encodedOnce(format: DeliveryFormat) throws {
        let test = try TestBus()
        let clients = try (0..<5).map { _ in try test.client(format) }
        for client in clients { try client.start("a", from: .after(0)) }
        try test.publish("a", "data: the data of the event\n\n", type: ProviderFormat.text.rawValue)
        let addresses = try clients.map { client in
            let buffer = try #require(client.socket.written.last)
            return buffer.withUnsafeReadableBytes { UInt(bitPattern: $0.baseAddress) }
        }
        #expect(Set(addresses).count == 1)
        #expect(addresses[0] != 0)
        let report = test.hub.report()
        #expect(report.counts.delivered[format.rawValue] == 5)
        #expect(report.counts.delivered.reduce(0, +) == 5)
    }

    @Test("each format has bytes of its own, and of its own event")
    func formats() throws {
        let test = try TestBus()
        let clients = try DeliveryFormat.allCases.map { try test.client($0) }
        for client in clients { try client.start("a", from: .after(0)) }
        for text in ["one", "two"] {
            try test.publish("a", "data: \(text)\n\n", type: ProviderFormat.text.rawValue)
        }
        for (format, client) in zip(DeliveryFormat.allCases, clients) {
            let texts = client.socket.written.map { String(decoding: $0.readableBytesView, as: UTF8.self) }
            #expect(texts.count == 2, "\(format.name)")
            #expect(texts.first?.contains("one") == true && texts.last?.contains("two") == true, "\(format.name)")
        }
        let first = clients.compactMap { $0.socket.written.first }
        let raw = "id: t-1\nevent: text\ndata: data: one\ndata: \ndata: \n\n"
        #expect(first[DeliveryFormat.eventStreamRaw.rawValue] == ByteBuffer(string: raw))
        let message = WebSocketFrame.encode(.text, ByteBuffer(string: "data: one\n\n"))
        #expect(first[DeliveryFormat.webSocketRaw.rawValue] == message)
    }

    @Test("what gathers while the loop is busy is written at once, and each touched connection flushed once")
    func oneFlush() throws {
        let test = try TestBus()
        let (touched, untouched) = (try test.client(), try test.client())
        try touched.start("a/*", "a/1", from: .after(0))
        try untouched.start("b", from: .after(0))
        test.settle()
        let before = (touched.socket.flushes, untouched.socket.flushes)
        for number in 0..<20 { try test.append("a/1", "\(number)") }
        test.eventLoop.run()
        #expect(touched.socket.written.count == 1)
        #expect(touched.heard == ["live at 0"] + (0..<20).map { "\($0)" })
        #expect(touched.socket.flushes == before.0 + 1)
        #expect(untouched.socket.flushes == before.1)
    }

    @Test("what others were given has gone out when a flush is entered again from within one")
    func nestedFlush() throws {
        let test = try TestBus()
        let (first, second) = (try test.client(), try test.client())
        for client in [first, second] { try client.start("a", from: .after(0)) }
        var heard: [String] = []
        first.socket.onFlush = {
            first.socket.onFlush = nil
            test.hub.flushTouched()
            heard = second.heard
        }
        try test.append("a", "1")
        test.hub.drain()
        #expect(heard == ["live at 0", "1"])
        #expect(first.heard == heard)
    }

    @Test("a drain of many events is written as it goes, however small they are")
    func tinyEvents() throws {
        let test = try TestBus()
        let client = try test.client()
        try client.start("a", from: .after(0))
        let before = client.socket.flushes
        for _ in 0..<1000 { try test.append("a", "x") }
        test.hub.drain()
        #expect(client.heard.count == 1001)
        #expect(client.socket.flushes == before + 4)
    }

    @Test("a subscription of only what comes begins behind the newest event")
    func latest() throws {
        let test = try TestBus()
        try test.publish("a", "old")
        let client = try test.client()
        try client.start("a", from: .after(test.log.head))
        try test.publish("a", "new")
        #expect(client.heard == ["live at 1", "new"])
    }

    @Test("the event that is still in the inbox when someone joins comes once", arguments: [Position(0), 1])
    func joinBeforeDrain(place: Position) throws {
        let test = try TestBus()
        let witness = try test.client()
        try witness.start("a", from: .after(0))
        try test.append("a", "one")
        let client = try test.client()
        try client.start("a", from: .after(place))
        try test.append("a", "two")
        test.settle()
        #expect(client.heard == (place == 0 ? ["one", "live at 1", "two"] : ["live at 1", "two"]))
        #expect(witness.heard == ["live at 0", "one", "two"])
    }

    @Test("who closes gets nothing more and is not in the census")
    func close() throws {
        let test = try TestBus()
        let (gone, stays) = (try test.client(), try test.client())
        for client in [gone, stays] { try client.start("a", "a/**", from: .after(0)) }
        try test.publish("a", "one")
        gone.subscriber.close()
        gone.subscriber.close()
        try test.publish("a", "two")
        gone.subscriber.write(ByteBuffer(string: "data: late\n\n"))
        test.settle()
        #expect(gone.heard == ["live at 0", "one"])
        #expect(stays.heard == ["live at 0", "one", "two"])
        let live = HubReport.Group(format: .eventStreamRaw, phase: .live)
        #expect(test.hub.report().census == [live: 1])
    }

    @Test("someone may leave in the middle of a drain without anyone else missing an event")
    func leaveInDrain() throws {
        let test = try TestBus()
        let clients = try (0..<6).map { _ in try test.client() }
        for client in clients { try client.start("a", "**", from: .after(0)) }
        for client in clients[1...3] {
            client.onEnd = { [weak client] in client?.subscriber.close() }
        }
        try test.append("a", "one")
        try test.append("a", "last", ends: true)
        try test.append("b", "another")
        test.settle()
        for (number, client) in clients.enumerated() {
            let leaves = (1...3).contains(number)
            #expect(
                client.heard == ["live at 0", "one", "last", "end of a"] + (leaves ? [] : ["another"]), "\(number)")
        }
    }

    @Test("loops without a subscriber for a topic are not woken for it")
    func interest() throws {
        let interest = Interest()
        let pattern = try Pattern("a/*")
        let topic = try Topic("a/1")
        #expect(interest.loops(for: topic) == 0)
        interest.add(pattern, loop: 0)
        interest.add(pattern, loop: 63)
        interest.add(try Pattern("a/1"), loop: 5)
        #expect(interest.loops(for: topic) == (1 | 1 << 5 | 1 << 63) as UInt64)
        #expect(interest.loops(for: try Topic("b")) == 0)
        interest.remove(pattern, loop: 63)
        interest.remove(pattern, loop: 7)
        #expect(interest.loops(for: topic) == (1 | 1 << 5) as UInt64)
        interest.remove(pattern, loop: 0)
        interest.remove(try Pattern("a/1"), loop: 5)
        #expect(interest.loops(for: topic) == 0)
    }

    @Test("the inbox wakes its loop once until it is emptied, and knows how far it was offered events")
    func inbox() throws {
        let inbox = Inbox()
        let events = try (1...3).map { try Event($0) }
        #expect(inbox.add(events[0]))
        #expect(!inbox.add(events[1]))
        inbox.dispatched(through: 2)
        let batch = inbox.take()
        #expect(batch.events.map(\.position) == [1, 2])
        #expect(batch.dispatched == 2)
        #expect(batch.overflow == nil)
        let empty = inbox.take()
        #expect(empty.events.isEmpty)
        #expect(empty.dispatched == 2)
        #expect(inbox.add(events[2]))
    }

    @Test("a full inbox says what everyone has to read from the log")
    func fullInbox() throws {
        let inbox = Inbox()
        for number in 1...16_390 { _ = inbox.add(try Event(Position(number))) }
        let batch = inbox.take()
        #expect(batch.events.count == 16_384)
        #expect(batch.overflow == 16_385...16_390)
        #expect(inbox.take().overflow == nil)
    }

    @Test("an inbox is full, too, when it holds many bytes")
    func fullOfBytes() throws {
        let inbox = Inbox()
        let text = String(repeating: "x", count: 1 << 20)
        for number in 1...20 { _ = inbox.add(try Event(Position(number), text)) }
        let batch = inbox.take()
        #expect(batch.events.count == 16)
        #expect(batch.overflow == 17...20)
    }
}

extension Event {
    fileprivate convenience init(_ position: Position, _ text: String = "") throws {
        self.init(
            position: position, topic: try Topic("a"), type: nil, payload: Payload(text: text),
            time: Timestamp(milliseconds: 0), isEnd: false)
    }
}
