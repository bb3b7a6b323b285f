import NIOCore
import SluiceTopics
import Testing

@testable import SluiceClient

struct SessionSubscriptionTests {
    private func subscription(_ patterns: String..., after: String? = nil) throws -> SessionSubscription {
        SessionSubscription(selection: try patterns.map { try Pattern($0) }, after: after)
    }

    private func operations(_ buffers: [ByteBuffer]) -> [String] { buffers.map { String(buffer: $0) } }

    @Test("each pattern is subscribed to by an operation of its own")
    func connect() throws {
        var subscription = try subscription("a", "b/**", after: "e-5")
        #expect(
            operations(subscription.connect()) == [
                #"{"op":"subscribe","ref":0,"topic":"a","after":"e-5"}"#,
                #"{"op":"subscribe","ref":1,"topic":"b/**","after":"e-5"}"#,
            ])
    }

    @Test("there is a connection when every pattern is known to the gateway")
    func connected() throws {
        var subscription = try subscription("a", "b")
        _ = subscription.connect()
        #expect(try subscription.received(op: "subscribed", #""ref":0,"cursor":"e-5""#) == [])
        #expect(try subscription.received(op: "subscribed", #""ref":1,"cursor":"e-5""#) == [.connected(cursor: "e-5")])
    }

    @Test("several places are not told as one")
    func connectedInPlaces() throws {
        var subscription = try subscription("a", "b")
        _ = subscription.connect()
        _ = try subscription.received(op: "subscribed", #""ref":0,"cursor":"e-5""#)
        #expect(try subscription.received(op: "subscribed", #""ref":1,"cursor":"e-6""#) == [.connected(cursor: nil)])
    }

    @Test("a subscription without a beginning resumes from the head that it was told")
    func latest() throws {
        var subscription = try subscription("a")
        #expect(operations(subscription.connect()) == [#"{"op":"subscribe","ref":0,"topic":"a"}"#])
        _ = try subscription.received(op: "subscribed", #""ref":0,"cursor":"e-5""#)
        #expect(operations(subscription.connect()) == [#"{"op":"subscribe","ref":0,"topic":"a","after":"e-5"}"#])
    }

    @Test("its own cursor is kept until the gateway has read on from it, so that a gap is told by the next session")
    func ownCursor() throws {
        var subscription = try subscription("a", after: "old-5")
        _ = subscription.connect()
        #expect(try subscription.received(op: "subscribed", #""ref":0,"cursor":null"#) == [.connected(cursor: "old-5")])
        #expect(operations(subscription.connect()) == [#"{"op":"subscribe","ref":0,"topic":"a","after":"old-5"}"#])
        _ = try subscription.received(op: "subscribed", #""ref":0,"cursor":"new-0""#)
        #expect(operations(subscription.connect()) == [#"{"op":"subscribe","ref":0,"topic":"a","after":"old-5"}"#])
    }

    @Test("while they catch up, patterns have a place each; live, they have one")
    func places() throws {
        var subscription = try subscription("a", "b", after: "e-1")
        _ = subscription.connect()
        try subscription.acceptAll(2)
        #expect(
            try subscription.received(event: "e-2", topic: "a", ref: 0) == [.event(try Sample.event("e-2", topic: "a"))]
        )
        #expect(
            try subscription.received(event: "e-5", topic: "b", ref: 1) == [.event(try Sample.event("e-5", topic: "b"))]
        )
        #expect(subscription.resumes == ["e-2", "e-5"])

        _ = subscription.connect()
        try subscription.acceptAll(2)
        _ = try subscription.received(op: "live", #""ref":1,"cursor":"e-9""#)
        #expect(try subscription.received(event: "e-10", topic: "b") == [.event(try Sample.event("e-10", topic: "b"))])
        #expect(subscription.resumes == ["e-2", "e-10"])

        _ = subscription.connect()
        try subscription.acceptAll(2)
        _ = try subscription.received(op: "live", #""ref":0,"cursor":"e-11""#)
        _ = try subscription.received(op: "live", #""ref":1,"cursor":"e-12""#)
        _ = try subscription.received(op: "heartbeat", #""cursor":"e-99""#)
        #expect(subscription.resumes == ["e-99", "e-99"])
    }

    @Test("an event that the last session brought is left out")
    func repeated() throws {
        var subscription = try subscription("a")
        _ = subscription.connect()
        try subscription.acceptAll(1)
        _ = try subscription.received(op: "live", #""ref":0,"cursor":"e-4""#)
        _ = try subscription.received(event: "e-6", topic: "a")
        _ = subscription.connect()
        try subscription.acceptAll(1)
        #expect(try subscription.received(event: "e-6", topic: "a", ref: 0) == [])
        #expect(
            try subscription.received(event: "e-7", topic: "a", ref: 0) == [.event(try Sample.event("e-7", topic: "a"))]
        )
    }

    @Test("patterns that overlap bring an event once")
    func overlap() throws {
        var subscription = try subscription("a/**", "a/b", after: "e-0")
        _ = subscription.connect()
        try subscription.acceptAll(2)
        let event = Update.event(try Sample.event("e-2", topic: "a/b"))
        #expect(try subscription.received(event: "e-2", topic: "a/b", ref: 0) == [event])
        _ = try subscription.received(op: "live", #""ref":0,"cursor":"e-3""#)
        #expect(try subscription.received(event: "e-2", topic: "a/b", ref: 1) == [])
        #expect(
            try subscription.received(event: "e-4", topic: "a/b", ref: 1)
                == [.event(try Sample.event("e-4", topic: "a/b"))])
        #expect(try subscription.received(event: "e-4", topic: "a/b") == [])
        #expect(
            try subscription.received(event: "e-5", topic: "a/c") == [.event(try Sample.event("e-5", topic: "a/c"))])
    }

    @Test("a head that was only told does not hide what another pattern brings from before it")
    func promisedHead() throws {
        var subscription = try subscription("a/**", "a/b")
        _ = subscription.connect()
        _ = try subscription.received(op: "subscribed", #""ref":0,"cursor":"e-10""#)
        _ = try subscription.received(op: "live", #""ref":0,"cursor":"e-10""#)
        _ = try subscription.received(op: "subscribed", #""ref":1,"cursor":"e-12""#)
        #expect(
            try subscription.received(event: "e-11", topic: "a/b") == [.event(try Sample.event("e-11", topic: "a/b"))])
    }

    @Test("the events behind a gap may be those of another log, or of this one further back")
    func gap() throws {
        var subscription = try subscription("a", after: "e-100")
        _ = subscription.connect()
        try subscription.acceptAll(1)
        _ = try subscription.received(event: "e-101", topic: "a", ref: 0)
        _ = subscription.connect()
        try subscription.acceptAll(1)
        let gap = Update.gap(Update.Gap(topics: ["a"], after: "e-101", oldest: "e-3"))
        #expect(
            try subscription.received(op: "gap", #""ref":0,"topic":"a","after":"e-101","oldest":"e-3""#) == [gap])
        #expect(subscription.resumes == ["e-101"], "until an event has come, the gap is better told twice")
        #expect(
            try subscription.received(event: "e-3", topic: "a", ref: 0) == [.event(try Sample.event("e-3", topic: "a"))]
        )
        #expect(subscription.resumes == ["e-3"])
    }

    @Test("a topic that has ended is not subscribed to again, and the last one ends the subscription")
    func ends() throws {
        var subscription = try subscription("a", "b", after: "e-1")
        _ = subscription.connect()
        try subscription.acceptAll(2)
        #expect(try subscription.received(op: "end", #""topic":"a","id":"e-2""#) == [.ended(topic: "a")])
        _ = try subscription.received(op: "live", #""ref":0,"cursor":"e-2""#)
        #expect(operations(subscription.connect()) == [#"{"op":"subscribe","ref":1,"topic":"b","after":"e-1"}"#])
        #expect(!subscription.hasEnded)
        #expect(try subscription.received(op: "end", #""topic":"b","id":"e-4""#) == [.ended(topic: "b")])
        #expect(subscription.hasEnded)
    }

    @Test("a pattern does not end with a topic")
    func patternStays() throws {
        var subscription = try subscription("a/**")
        _ = subscription.connect()
        #expect(try subscription.received(op: "end", #""topic":"a","id":"e-2""#) == [.ended(topic: "a")])
        #expect(!subscription.hasEnded)
    }

    @Test("a refusal that will pass is a lost connection", arguments: ["draining", "overloaded", "rate-limited"])
    func temporary(code: String) throws {
        var subscription = try subscription("a")
        #expect(throws: Disconnection(reason: "later")) {
            try subscription.received(op: "error", #""ref":0,"code":"\#(code)","message":"later""#)
        }
    }

    @Test("any other refusal is final", arguments: ["forbidden", "invalid-cursor", "some-new-one"])
    func permanent(code: String) throws {
        var subscription = try subscription("a")
        #expect(throws: ClientError(code: .refused, message: "no", problem: code)) {
            try subscription.received(op: "error", #""ref":0,"code":"\#(code)","message":"no""#)
        }
    }

    @Test("operations of later versions are passed over")
    func unknown() throws {
        var subscription = try subscription("a")
        #expect(try subscription.received(op: "applause", #""volume":11"#) == [])
    }

    @Test(
        "what is no message of a gateway is a violation",
        arguments: [
            "", "hello", "[]", "{}", #"{"op":"live"}"#, #"{"op":"subscribed","ref":7,"cursor":"e-1"}"#,
            #"{"op":"event","id":"e-1"}"#, #"{"op":"live","ref":-1,"cursor":"e-1"}"#, #"{"op":"end"}"#,
        ])
    func violation(text: String) throws {
        var subscription = try subscription("a")
        let error = #expect(throws: ClientError.self) { try subscription.received(ByteBuffer(string: text)) }
        #expect(error?.code == .protocolViolation)
    }
}

extension SessionSubscription {
    fileprivate mutating func received(op: String, _ members: String) throws -> [Update] {
        try received(ByteBuffer(string: "{\"op\":\"\(op)\",\(members)}"))
    }

    fileprivate mutating func received(event id: String, topic: String, ref: Int? = nil) throws -> [Update] {
        let members = Sample.envelope(id, topic: topic).dropFirst().dropLast()
        return try received(op: "event", (ref.map { "\"ref\":\($0)," } ?? "") + members)
    }

    /// The gateway answers every subscribe with a cursor that it promises.
    fileprivate mutating func acceptAll(_ count: Int) throws {
        for ref in 0..<count { _ = try received(op: "subscribed", "\"ref\":\(ref),\"cursor\":\"e-0\"") }
    }

    /// Where the parts would go on from, if the session ended now.
    fileprivate var resumes: [String?] {
        var copy = self
        return copy.connect().map { operation in
            let text = String(buffer: operation)
            guard let range = text.firstRange(of: #""after":""#) else { return nil }
            return String(text[range.upperBound...].prefix { $0 != "\"" })
        }
    }
}
