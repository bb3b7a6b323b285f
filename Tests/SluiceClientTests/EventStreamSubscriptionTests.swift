import NIOCore
import SluiceTopics
import SluiceWire
import Testing

@testable import SluiceClient

struct EventStreamSubscriptionTests {
    private var subscription: EventStreamSubscription

    init() throws {
        subscription = EventStreamSubscription(selection: try Sample.patterns("chat"), after: nil)
        subscription.connect()
    }

    private func event(_ id: String, topic: String = "chat") -> EventStreamItem {
        .event(id: id, type: nil, data: Sample.envelope(id, topic: topic))
    }

    @Test("what says where the stream starts says that there is a connection", arguments: [true, false])
    mutating func preamble(isEvent: Bool) throws {
        #expect(try subscription.received(.retry(milliseconds: 2500)) == [])
        #expect(subscription.reconnectionTime == .milliseconds(2500))
        let start: EventStreamItem =
            isEvent ? .event(id: "e-7", type: "sluice.start", data: #"{"cursor":"e-7"}"#) : .idMoved("e-7")
        #expect(try subscription.received(start) == [.connected(cursor: "e-7")])
        #expect(subscription.place.resume == "e-7")
    }

    @Test("an event is handed over and moves the cursor")
    mutating func delivery() throws {
        _ = try subscription.received(.idMoved("e-7"))
        #expect(try subscription.received(event("e-8")) == [.event(try Sample.event("e-8"))])
        #expect(subscription.place.resume == "e-8")
    }

    @Test("a heartbeat moves the cursor and says nothing")
    mutating func heartbeat() throws {
        _ = try subscription.received(.idMoved("e-7"))
        #expect(try subscription.received(.idMoved("e-900")) == [])
        #expect(try subscription.received(.comment("")) == [])
        #expect(subscription.place.resume == "e-900")
    }

    @Test("an event that the last connection brought is left out")
    mutating func repeated() throws {
        _ = try subscription.received(.idMoved("e-7"))
        _ = try subscription.received(event("e-9"))
        subscription.connect()
        #expect(try subscription.received(.idMoved("e-9")) == [.connected(cursor: "e-9")])
        #expect(try subscription.received(event("e-8")) == [])
        #expect(try subscription.received(event("e-9")) == [])
        #expect(subscription.place.resume == "e-9")
        #expect(try subscription.received(event("e-10")) == [.event(try Sample.event("e-10"))])
    }

    @Test("the events behind a gap are those of another log, or of this one further back")
    mutating func gap() throws {
        _ = try subscription.received(.idMoved("e-700"))
        subscription.connect()
        let gap = EventStreamItem.event(
            id: "f-3", type: "sluice.gap", data: #"{"topics":["chat"],"after":"e-700","oldest":"f-4"}"#)
        #expect(
            try subscription.received(gap) == [
                .connected(cursor: "e-700"), .gap(Update.Gap(topics: ["chat"], after: "e-700", oldest: "f-4")),
            ])
        #expect(try subscription.received(event("f-4")) == [.event(try Sample.event("f-4"))])
        #expect(subscription.place.resume == "f-4")
    }

    @Test("a gap before which nothing is known and after which there is nothing")
    mutating func emptyGap() throws {
        let gap = EventStreamItem.event(
            id: "f-0", type: "sluice.gap", data: #"{"topics":["a","b/**"],"after":"x","oldest":null}"#)
        #expect(
            try subscription.received(gap).last == .gap(Update.Gap(topics: ["a", "b/**"], after: "x", oldest: nil)))
    }

    @Test("the subscription ends when all that it named has ended")
    func ends() throws {
        var subscription = EventStreamSubscription(selection: try Sample.patterns("a", "b"), after: nil)
        subscription.connect()
        _ = try subscription.received(.idMoved("e-1"))
        #expect(try subscription.received(end("a", "e-2")) == [.ended(topic: "a")])
        #expect(!subscription.hasEnded)
        #expect(try subscription.received(end("b", "e-3")) == [.ended(topic: "b")])
        #expect(subscription.hasEnded)
        #expect(subscription.place.resume == "e-3")
    }

    @Test("a pattern never ends")
    func patternStays() throws {
        var subscription = EventStreamSubscription(selection: try Sample.patterns("a/**"), after: nil)
        subscription.connect()
        #expect(try subscription.received(end("a", "e-2")).last == .ended(topic: "a"))
        #expect(!subscription.hasEnded)
    }

    private func end(_ topic: String, _ id: String) -> EventStreamItem {
        .event(id: id, type: "sluice.end", data: #"{"topic":"\#(topic)","id":"\#(id)"}"#)
    }

    @Test("without anything left, each topic has ended")
    mutating func endedBefore() {
        #expect(subscription.endedBefore() == [.ended(topic: "chat")])
        #expect(subscription.hasEnded)
        #expect(subscription.endedBefore() == [])
    }

    @Test("a refusal in the stream will pass")
    mutating func refusal() throws {
        let refusal = EventStreamItem.event(
            id: "", type: "sluice.error", data: #"{"code":"draining","message":"come back"}"#)
        #expect(throws: Disconnection(reason: "come back")) { try subscription.received(refusal) }
    }

    @Test(
        "what is no envelope is a violation",
        arguments: [
            "hello", "[]", "{}", #"{"id":"e-1","topic":"a/","time":"","data":""}"#,
            #"{"id":"e-1","topic":"a","time":"","data":"x","encoding":"base64"}"#,
            #"{"id":"e-1","topic":"a","time":"","data":"x","encoding":"rot13"}"#,
        ])
    mutating func violation(data: String) {
        let error = #expect(throws: ClientError.self) {
            try subscription.received(.event(id: "e-1", type: nil, data: data))
        }
        #expect(error?.code == .protocolViolation)
    }

    @Test("binary data is decoded")
    mutating func binary() throws {
        let data =
            #"{"id":"e-1","topic":"a","type":"t","time":"","contentType":"x/y","encoding":"base64","data":"AP8="}"#
        let expected = ReceivedEvent(
            id: "e-1", topic: try Topic("a"), type: "t", time: "",
            payload: Payload(data: ByteBuffer(bytes: [0, 255]), encoding: .binary, contentType: "x/y"))
        #expect(try subscription.received(.event(id: "e-1", type: "t", data: data)).last == .event(expected))
    }
}
