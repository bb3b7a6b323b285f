import Foundation
import NIOCore
import NIOEmbedded
import NIOPosix
import SluiceLog
import SluiceMemoryLog
import SluiceTestSupport
import SluiceTopics
import Synchronization
import Testing

@testable import SluiceBus

/// What keeps a busy topic, and many who are behind, from holding up everyone else on their loop.
@Suite struct FairnessTests {
    private func budget(events: Int, deliveries: Int) -> DrainBudget {
        var budget = DrainBudget()
        budget.leastEvents = events
        budget.mostDeliveries = deliveries
        return budget
    }

    @Test("a drain gives the subscribers of a busy topic their share, and others what comes behind it")
    func share() throws {
        let test = try TestBus(drainBudget: budget(events: 2, deliveries: 4))
        let busy = [try test.client(), try test.client()]
        let quiet = try test.client()
        for client in busy { try client.start("busy", from: .after(0)) }
        try quiet.start("quiet", from: .after(0))
        for number in 1...9 { try test.append("busy", "\(number)") }
        try test.append("quiet", "here")
        test.hub.drain()
        for client in busy {
            #expect(client.heard == ["live at 0", "1", "2"])
            #expect(client.subscriber.phase == .lagging)
        }
        #expect(quiet.heard == ["live at 0", "here"])
        #expect(quiet.subscriber.phase == .live)
        test.settle()
        for client in busy {
            #expect(client.heard == ["live at 0"] + (1...9).map { "\($0)" })
            #expect(client.subscriber.phase == .live)
        }
        #expect(test.hub.report().counts.lagged == 2)
    }

    @Test("few subscribers get more events of a drain than many", arguments: [(1, 8), (2, 4), (4, 3), (8, 3)])
    func manySubscribers(subscribers: Int, events: Int) throws {
        let test = try TestBus(drainBudget: budget(events: 3, deliveries: 8))
        let clients = try (0..<subscribers).map { _ in try test.client() }
        for client in clients { try client.start("a", from: .after(0)) }
        for number in 1...20 { try test.append("a", "\(number)") }
        test.hub.drain()
        for client in clients { #expect(client.heard.count == 1 + events) }
        // The next drain has a share again.
        test.settle()
        for number in 21...23 { try test.append("a", "\(number)") }
        test.hub.drain()
        for client in clients { #expect(client.heard.suffix(3) == ["21", "22", "23"]) }
    }

    @Test("who is on a busy pattern and on a quiet topic gets the events of both once, and in order")
    func onBoth() throws {
        let test = try TestBus(drainBudget: budget(events: 1, deliveries: 1))
        let client = try test.client()
        try client.start("**", "quiet", from: .after(0))
        try test.append("busy", "1")
        try test.append("quiet", "2")
        try test.append("busy", "3")
        try test.append("quiet", "4")
        test.hub.drain()
        test.settle()
        #expect(client.heard == ["live at 0", "1", "2", "3", "4"])
    }

    @Test("who leaves everything in the midst of a drain reads nothing of what it still brings")
    func leftDuringDrain() throws {
        let test = try TestBus(pageBytes: 2, drainBudget: budget(events: 1, deliveries: 1))
        let client = try test.client()
        try client.start("a", from: .after(0))
        client.socket.onFlush = {
            client.socket.onFlush = nil
            #expect(throws: Never.self) { try client.leave("a") }
        }
        for text in ["1", "2", "3"] { try test.append("a", text) }
        test.settle()
        #expect(client.heard == ["live at 0", "1"])
        #expect(client.subscriber.phase == .live)
    }

    @Test("a page is read and encoded once for all who come to its place together")
    func sharedPages() throws {
        let test = try TestBus()
        let clients = try (0..<20).map { _ in try test.client() }
        for client in clients { try client.start("a", from: .after(0)) }
        for client in clients { client.socket.stall() }
        try test.publish("a", "1", "2", "3")
        let before = test.log.reads
        for client in clients { client.socket.resume() }
        test.settle()
        for client in clients { #expect(client.heard == ["live at 0", "1", "2", "3"]) }
        #expect(test.log.reads == before + 1)
        #expect(test.hub.report().counts.replayed == 60)
    }

    @Test("a page that was shared ends where the log ended then, and who comes later reads on")
    func sharedPagesAge() throws {
        let test = try TestBus()
        let (early, late) = (try test.client(), try test.client())
        try test.publish("a", "1")
        try early.start("a", from: .after(0))
        try test.publish("a", "2", "3")
        try late.start("a", from: .after(0))
        test.settle()
        #expect(early.heard == ["1", "live at 1", "2", "3"])
        #expect(late.heard == ["1", "2", "3", "live at 3"])
    }

    @Test("a page is shared only for a while, since the log forgets")
    func sharedPagesExpire() throws {
        let test = try TestBus(retained: 2)
        try test.publish("a", "1", "2")
        let (early, late) = (try test.client(), try test.client())
        try early.start("a", from: .earliest)
        test.eventLoop.advanceTime(by: .milliseconds(100))
        try test.publish("a", "3", "4", "5")
        try late.start("a", from: .earliest)
        test.settle()
        #expect(early.heard == ["1", "2", "live at 2", "3", "4", "5"])
        #expect(late.heard == ["4", "5", "live at 5"])
    }

    @Test("those who come to a place while it is being read share what the first answer brings")
    func sharedAnswers() throws {
        let test = try TestBus()
        try test.publish("a", "1", "2")
        let clients = [try test.client(), try test.client()]
        test.log.holdReads()
        for client in clients { try client.start("a", from: .earliest) }
        #expect(test.log.heldAnswers == 2)
        test.log.release()
        test.settle()
        for client in clients { #expect(client.heard == ["1", "2", "live at 2"]) }
        let pages = clients.map { client in client.socket.written.first { $0.readableBytes > 10 } }
        #expect(pages[0].map(Self.address) == pages[1].map(Self.address))
    }

    private static func address(of buffer: ByteBuffer) -> UnsafeRawPointer? {
        buffer.withUnsafeReadableBytes { $0.baseAddress }
    }

    @Test("nobody takes a page of another format, or one with a gap, an end or a reference in it")
    func notShared() throws {
        let test = try TestBus(retained: 2)
        try test.publish("a", "1", "2", "3", ends: false)
        let raw = [try test.client(), try test.client()]
        let json = try test.client(.eventStreamJSON)
        for client in raw + [json] { try client.start("a", from: .after(0)) }
        for client in raw { #expect(client.heard == ["gap in a behind t-0", "2", "3", "live at 3"]) }
        #expect(json.heard.first == "gap in a behind t-0")
        #expect(json.heard.dropFirst().allSatisfy { $0.hasPrefix("{") || $0.hasPrefix("live") })
        try test.publish("b", "last", ends: true)
        let ended = [try test.client(), try test.client()]
        for client in ended { try client.start("b", from: .after(3)) }
        for client in ended { #expect(client.heard == ["last", "end of b", "live at 4"]) }
    }

    @Test("subscribers that are behind take turns, and the loop looks at its sockets in between")
    func turns() throws {
        let test = try TestBus()
        let clients = try (0..<40).map { _ in try test.client() }
        for client in clients { try client.start("a", from: .after(0)) }
        for client in clients { client.socket.stall() }
        try test.publish("a", "1")
        for client in clients { client.socket.resume() }
        for served in [16, 32, 40] {
            // Runs everything that is due, which a loop does before it looks at its sockets.
            test.eventLoop.run()
            #expect(clients.count { $0.heard.contains("1") } == served)
            test.eventLoop.advanceTime(by: .microseconds(100))
        }
    }

    @Test("what is published between two turns waits for the second, in its order")
    func publishedBetweenTurns() throws {
        let test = try TestBus()
        let clients = try (0..<20).map { _ in try test.client() }
        let live = try test.client()
        for client in clients + [live] { try client.start("a", from: .after(0)) }
        for client in clients { client.socket.stall() }
        try test.publish("a", "1")
        for client in clients { client.socket.resume() }
        test.eventLoop.run()
        try test.publish("a", "2")
        #expect(live.heard == ["live at 0", "1"])
        test.settle()
        for client in clients + [live] { #expect(client.heard == ["live at 0", "1", "2"]) }
    }

    @Test("a loop that always has events to deliver still serves its sockets")
    func socketsBetweenDrains() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let eventLoop = group.next()
        let topic = try Topic("a")
        let log = MemoryLog(
            configuration: MemoryLog.Configuration(), epoch: try #require(Epoch("t")),
            now: { Timestamp(milliseconds: 0) })
        let bus = TopicBus(log: log, eventLoops: [eventLoop])
        let connections = Mutex(0)
        let server = try await ServerBootstrap(group: group)
            .childChannelInitializer { channel in
                connections.withLock { $0 += 1 }
                return channel.close()
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let reader = try await eventLoop.submit {
            let client = TestClient(
                hub: bus.hub(on: eventLoop), format: .eventStreamRaw, coding: .identity, capacity: 1 << 20,
                eventLoop: EmbeddedEventLoop())
            try client.connect()
            try client.start("a", from: .after(0))
            client.socket.onFlush = { usleep(2000) }
            return NIOLoopBound(client, eventLoop: eventLoop)
        }.get()
        // For as long as nobody was served there is always the next event when one is delivered.
        let publisher = Thread {
            for number in 0..<20_000 where connections.withLock({ $0 }) == 0 {
                bus.publish(AppendRequest([Publication(topic: topic, payload: Payload(text: "\(number)"))])) { _ in }
                usleep(100)
            }
        }
        publisher.start()
        let client = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(to: try #require(server.localAddress)).get()
        try await client.closeFuture.get()
        #expect(log.head < 20_000)
        try await eventLoop.submit { reader.value.subscriber.close() }.get()
        try await group.shutdownGracefully()
    }
}
