import NIOCore
import NIOEmbedded
import SluiceLog
import SluiceTopics
import SluiceTestSupport
import Testing

@testable import SluiceBus

/// Sessions: subscriptions that join and leave one by one, ends of topics, and saying goodbye.
@Suite struct SessionTests {
    @Test("a subscription that joins catches up by itself and is then a part of the one cursor")
    func joins() throws {
        let test = try TestBus()
        try test.publish("a", "a1")
        try test.publish("b", "b2")
        let client = try test.client()
        client.subscriber.start()
        try client.join("a", from: .earliest)
        #expect(client.heard == ["a1", "live at 2"])
        try client.join("b", from: .earliest)
        #expect(client.heard == ["a1", "live at 2", "b2", "live at 2"])
        #expect(client.subscriber.main.selection == [try Pattern("a"), try Pattern("b")])
        #expect(client.subscriber.subscriptionCount == 2)
        client.socket.stall()
        try test.publish("b", "b3")
        try test.publish("a", "a4")
        client.socket.resume()
        test.eventLoop.run()
        #expect(client.heard.suffix(2) == ["b3", "a4"])
    }

    @Test("a subscriber that has closed is gone, with all that it held")
    func closedIsGone() throws {
        let test = try TestBus()
        weak var subscription: Subscription?
        do {
            let client = try test.client()
            client.subscriber.start()
            try client.join("a", from: .earliest)
            subscription = client.subscriber.main
            client.subscriber.close()
            #expect(subscription?.subscriber == nil)
        }
        test.settle()
        try test.publish("a", "1")
        #expect(test.hub.report().census.isEmpty)
    }

    @Test("a live event comes once per session, however many of its subscriptions match")
    func overlap() throws {
        let test = try TestBus()
        let client = try test.client()
        client.subscriber.start()
        for pattern in ["a/1", "a/*", "**"] { try client.join(pattern, from: .after(0)) }
        try test.publish("a/1", "one")
        #expect(client.heard == ["live at 0", "live at 0", "live at 0", "one"])
    }

    @Test("while one subscription reads its past, the others stay live")
    func joinsWhileLive() throws {
        let test = try TestBus()
        try test.publish("b", "b1")
        let client = try test.client()
        try client.start("a", from: .after(1))
        test.log.holdReads()
        try client.join("b", from: .earliest)
        try test.publish("a", "a2")
        try test.publish("b", "b3")
        #expect(client.heard == ["live at 1", "a2"])
        test.log.release()
        test.settle()
        #expect(client.heard == ["live at 1", "a2", "b1", "b3", "live at 3"])
    }

    @Test("an event between the reading of a page and its arrival comes once")
    func eventBehindPage() throws {
        let test = try TestBus()
        try test.publish("a", "1")
        test.log.holdReads()
        let client = try test.client()
        try client.start("a", from: .earliest)
        try test.publish("a", "2")
        test.log.answerOne()
        try test.publish("a", "3")
        #expect(client.heard == ["1"])
        test.log.answerOne()
        #expect(client.heard == ["1", "2"])
        test.log.answerOne()
        #expect(client.heard == ["1", "2", "3", "live at 3"])
        #expect(test.log.heldAnswers == 0)
        try test.publish("a", "4")
        #expect(client.heard == ["1", "2", "3", "live at 3", "4"])
    }

    @Test("a page that arrives behind the end of its subscription is dropped")
    func closeWhileReading() throws {
        let test = try TestBus()
        try test.publish("a", "1")
        test.log.holdReads()
        let client = try test.client()
        try client.start("a", from: .earliest)
        client.subscriber.close()
        test.log.release()
        test.settle()
        #expect(client.heard == [])
        #expect(test.hub.report().census == [:])
    }

    @Test("one can leave while the subscription joins, is live, or lags, and nothing comes after that")
    func leave() throws {
        let test = try TestBus()
        try test.publish("a", "1")
        let client = try test.client()
        client.subscriber.start()
        // Joining.
        test.log.holdReads()
        try client.join("a", from: .earliest)
        #expect(try client.leave("a"))
        #expect(try !client.leave("a"))
        test.log.release()
        // Live.
        try client.join("a", from: .after(1))
        try test.publish("a", "2")
        #expect(try client.leave("a"))
        try test.publish("a", "3")
        // Lagging, and with it nothing is left.
        try client.join("a", from: .after(3))
        client.socket.stall()
        try test.publish("a", "4")
        #expect(client.subscriber.phase == .lagging)
        #expect(try client.leave("a"))
        client.socket.resume()
        try test.publish("a", "5")
        test.settle()
        #expect(client.heard == ["live at 1", "2", "live at 3"])
        #expect(client.subscriber.subscriptionCount == 0)
        #expect(client.subscriber.livePosition()?.position == 5)
        // And it goes on.
        try client.join("a", from: .after(4))
        #expect(client.heard.suffix(2) == ["5", "live at 5"])
    }

    @Test("who leaves one topic while lagging still gets the other")
    func leaveOneWhileLagging() throws {
        let test = try TestBus()
        let client = try test.client()
        try client.start("a", "b", from: .after(0))
        client.socket.stall()
        try test.publish("a", "a1")
        try test.publish("b", "b2")
        #expect(try client.leave("a"))
        client.socket.resume()
        try test.publish("a", "a3")
        try test.publish("b", "b4")
        #expect(client.heard == ["live at 0", "b2", "b4"])
    }

    @Test("a page that was read for a subscription of nothing any more is not taken for a later one")
    func staleRead() throws {
        let test = try TestBus()
        let client = try test.client()
        try client.start("a", from: .after(0))
        client.socket.stall()
        try test.publish("a", "1")
        test.log.holdReads()
        client.socket.resume()
        test.eventLoop.run()
        #expect(test.log.heldAnswers == 1)
        #expect(try client.leave("a"))
        test.log.release()
        try client.join("a", from: .after(1))
        try test.publish("a", "2")
        #expect(client.heard == ["live at 0", "live at 1", "2"])
    }

    @Test("the end of a topic follows its last event, live")
    func endLive() throws {
        let test = try TestBus()
        let client = try test.client()
        try client.start("a", "b", from: .after(0))
        try test.publish("a", "last of a", ends: true)
        #expect(client.heard == ["live at 0", "last of a", "end of a"])
        #expect(!client.subscriber.main.hasEnded)
        try test.publish("b", "last of b", ends: true)
        #expect(client.heard.suffix(2) == ["last of b", "end of b"])
        #expect(client.subscriber.main.hasEnded)
    }

    @Test("the end of a topic is told once, in its place, to one that reads it from the log", arguments: [1, 2, 100])
    func endReplayed(pageEvents: Int) throws {
        let test = try TestBus(pageEvents: pageEvents)
        try test.publish("a", "1")
        try test.publish("a", "2", ends: true)
        try test.publish("b", "3")
        let client = try test.client()
        try client.start("a", "b", from: .earliest)
        test.settle()
        #expect(client.heard == ["1", "2", "end of a", "3", "live at 3"])
    }

    @Test("one that comes after the end is told of it")
    func endBefore() throws {
        let test = try TestBus()
        try test.publish("a", "1", ends: true)
        try test.publish("b", "2")
        let client = try test.client()
        try client.start("a", from: .after(2))
        #expect(client.heard == ["end of a", "live at 2"])
        #expect(client.subscriber.main.hasEnded)
    }

    @Test("a subscription with a pattern never ends")
    func patternsDoNotEnd() throws {
        let test = try TestBus()
        let client = try test.client()
        try client.start("a", "a/*", from: .after(0))
        try test.publish("a", "1", ends: true)
        #expect(client.heard == ["live at 0", "1", "end of a"])
        #expect(!client.subscriber.main.hasEnded)
    }

    @Test("who is sent away goes at once when it is live")
    func sentAwayLive() throws {
        let test = try TestBus()
        let client = try test.client()
        try client.start("a", from: .after(0))
        try test.append("a", "1")
        client.subscriber.sendAway()
        test.settle()
        #expect(client.heard == ["live at 0", "1", "sent away"])
    }

    @Test("who is sent away while it lags reads the rest first")
    func sentAwayLagging() throws {
        let test = try TestBus(pageEvents: 1)
        let client = try test.client()
        try client.start("a", from: .after(0))
        client.socket.stall()
        try test.publish("a", "1", "2", "3")
        client.subscriber.sendAway()
        test.settle()
        #expect(client.heard == ["live at 0"])
        client.socket.resume()
        test.settle()
        #expect(client.heard == ["live at 0", "1", "2", "3", "sent away"])
    }

    @Test("who is sent away and then leaves what it was still reading goes too")
    func sentAwayThenLeaves() throws {
        let test = try TestBus()
        try test.publish("a", "1")
        let client = try test.client()
        client.subscriber.start()
        client.socket.stall()
        try client.join("a", from: .earliest)
        client.subscriber.sendAway()
        #expect(try client.leave("a"))
        client.socket.resume()
        test.settle()
        #expect(client.heard == ["sent away"])
    }

    @Test("subscribers are sent away in batches over the time that is given")
    func sentAwayInBatches() throws {
        let test = try TestBus()
        let clients = try (0..<20).map { _ in try test.client() }
        for client in clients { try client.start("a", from: .after(0)) }
        test.hub.sendAway(over: .milliseconds(500))
        func gone() -> Int { clients.filter { $0.heard.contains("sent away") }.count }
        test.eventLoop.run()
        #expect(gone() < 20)
        test.eventLoop.advanceTime(by: .milliseconds(250))
        #expect((1..<20).contains(gone()))
        test.eventLoop.advanceTime(by: .milliseconds(250))
        #expect(gone() == 20)
    }

    @Test("a watch fires once, for an event of its selection, and not when it was ended before")
    func watch() throws {
        let test = try TestBus()
        var fired: [String] = []
        let one = test.hub.watch([try Pattern("a"), try Pattern("**")]) { fired.append("one") }
        let ended = test.hub.watch([try Pattern("a")]) { fired.append("ended") }
        let other = test.hub.watch([try Pattern("b")]) { fired.append("other") }
        test.hub.end(ended)
        test.hub.end(ended)
        try test.publish("a", "1", "2")
        #expect(fired == ["one"])
        test.hub.end(one)
        try test.publish("b", "3")
        #expect(fired == ["one", "other"])
        test.hub.end(other)
        try test.publish("b", "4")
        #expect(fired == ["one", "other"])
    }

    @Test("a watch whose body drains the hub does not fire for what that brings")
    func watchDrains() throws {
        let test = try TestBus()
        var fired = 0
        let hub = test.hub
        let watch = hub.watch([try Pattern("a")]) {
            fired += 1
            try? test.append("a", "more")
            hub.drain()
        }
        try test.publish("a", "1")
        #expect(fired == 1)
        hub.end(watch)
    }

    @Test("a watch fires also when its event did not fit into the inbox")
    func watchOverflow() throws {
        let test = try TestBus(retained: 20_000)
        let client = try test.client()
        try client.start("a", from: .after(0))
        var fired = 0
        let watch = test.hub.watch([try Pattern("b")]) { fired += 1 }
        for number in 1...16_400 { try test.append("a", "\(number)") }
        try test.append("b", "waited for")
        test.settle()
        #expect(fired == 1)
        test.hub.end(watch)
    }
}
