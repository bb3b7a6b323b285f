import SluiceTestSupport
import SluiceTopics
import SluiceWire
import Testing

@testable import SluiceWebSocket

@Suite("A session of sluice.v1.json") struct JSONConversationTests {
    private func event(_ id: Int, _ topic: String, _ data: String, ref: String = "") -> String {
        #"{"op":"event",\#(ref)"id":"t-\#(id)","topic":"\#(topic)","time":"1970-01-01T00:00:00.000Z","data":"\#(data)"}"#
    }

    @Test("subscribes to what its URL names, from one place for all of it")
    func fromURL() throws {
        let gateway = try TestGateway()
        try gateway.publish("a", "1")
        let session = try gateway.connectJSON("/subscribe?topic=a&topic=b&after=earliest")
        #expect(
            try session.heard() == [
                #"{"op":"subscribed","cursor":"t-0"}"#, event(1, "a", "1"), #"{"op":"live","cursor":"t-1"}"#,
                #"{"op":"subscribed","cursor":"t-0"}"#, #"{"op":"live","cursor":"t-1"}"#,
            ])
    }

    @Test("replays with the subscription's ref until that is live, and then hears each event once")
    func subscribing() throws {
        let gateway = try TestGateway()
        try gateway.publish("a", "1", "2")
        let session = try gateway.connectJSON()
        #expect(try session.heard().isEmpty)
        try session.send(#"{"op":"subscribe","topic":"a","after":"t-1","ref":"x"}"#)
        #expect(
            try session.heard() == [
                #"{"op":"subscribed","ref":"x","cursor":"t-1"}"#, event(2, "a", "2", ref: #""ref":"x","#),
                #"{"op":"live","ref":"x","cursor":"t-2"}"#,
            ])
        try session.send(#"{"op":"subscribe","topic":"c/*","ref":1}"#, #"{"op":"subscribe","topic":"c/1","ref":2}"#)
        _ = try session.heard()
        try gateway.publish("c/1", "3")
        #expect(try session.heard() == [event(3, "c/1", "3")])
        try session.send(#"{"op":"unsubscribe","topic":"c/*","ref":3}"#)
        #expect(try session.heard() == [#"{"op":"ack","ref":3}"#])
        try gateway.publish("c/2", "4")
        try gateway.publish("c/1", "5")
        #expect(try session.heard() == [event(5, "c/1", "5")])
    }

    @Test("publishes, and is told the id")
    func publishing() throws {
        let gateway = try TestGateway()
        let reader = try gateway.connect("/topics/a")
        let session = try gateway.connectJSON()
        try session.send(
            #"{"op":"publish","topic":"a","data":"1","ref":1}"#,
            #"{"op":"publish","topic":"a","data":"AQI=","encoding":"base64"}"#)
        #expect(try session.heard() == [#"{"op":"ack","ref":1,"id":"t-1"}"#, #"{"op":"ack","id":"t-2"}"#])
        #expect(try reader.heard() == ["1", "binary [1, 2]"])
        try session.send(
            #"{"op":"publish","topic":"a","data":"2","key":"k","ref":2}"#,
            #"{"op":"publish","topic":"a","data":"2","key":"k","ref":3}"#)
        #expect(try session.heard() == [#"{"op":"ack","ref":2,"id":"t-3"}"#, #"{"op":"ack","ref":3,"id":"t-3"}"#])
        try session.send(#"{"op":"publish","topic":"a","data":"3","end":true,"ref":4}"#)
        #expect(try session.heard() == [#"{"op":"ack","ref":4,"id":"t-4"}"#])
        #expect(try reader.heard() == ["2", "3", "close 1000"])
    }

    @Test(
        "is told what was wrong with an operation, and goes on",
        arguments: [
            (#"{"op":"subscribe","ref":1}"#, "invalid-operation"),
            (#"{"op":"subscribe","topic":"","ref":1}"#, "invalid-topic"),
            (#"{"op":"subscribe","topic":"secret","ref":1}"#, "unauthorised"),
            (#"{"op":"subscribe","topic":"**","ref":1}"#, "unauthorised"),
            (#"{"op":"subscribe","topic":"a","after":"what","ref":1}"#, "invalid-cursor"),
            (#"{"op":"subscribe","topic":"b","ref":1}"#, "already-subscribed"),
            (#"{"op":"unsubscribe","topic":"a","ref":1}"#, "not-subscribed"),
            (#"{"op":"publish","topic":"readable","data":"","ref":1}"#, "unauthorised"),
            (#"{"op":"publish","topic":"c/*","data":"","ref":1}"#, "invalid-topic"),
            (#"{"op":"publish","topic":"$sys","data":"","ref":1}"#, "forbidden"),
            (#"{"op":"publish","topic":"a","ref":1}"#, "invalid-operation"),
            (#"{"op":"dance","ref":1}"#, "invalid-operation"),
        ])
    func refusals(operation: String, code: String) throws {
        let gateway = try TestGateway()
        let session = try gateway.connectJSON("/subscribe?topic=b")
        _ = try session.heard()
        try session.send(operation, #"{"op":"ping","ref":2}"#)
        let heard = try session.heard()
        #expect(heard.count == 2)
        #expect(heard.first?.hasPrefix(#"{"op":"error","ref":1,"code":"\#(code)","message":""#) == true, "\(heard)")
        #expect(heard.last == #"{"op":"heartbeat","ref":2,"cursor":"t-0"}"#)
        #expect(gateway.log.head == 0)
    }

    @Test("is told of gaps and ends, and goes on behind them")
    func gapsAndEnds() throws {
        let gateway = try TestGateway(retained: 1)
        try gateway.publish("a", "1", "2")
        let session = try gateway.connectJSON()
        for (after, requested) in [("t-0", "t-0"), ("zz-7", "zz-7")] {
            try session.send(#"{"op":"subscribe","topic":"a","after":"\#(after)","ref":1}"#)
            let cursor = after == "t-0" ? #""t-0""# : "null"
            #expect(
                try session.heard() == [
                    #"{"op":"subscribed","ref":1,"cursor":\#(cursor)}"#,
                    #"{"op":"gap","ref":1,"topic":"a","after":"\#(requested)","oldest":"t-2"}"#,
                    event(2, "a", "2", ref: #""ref":1,"#), #"{"op":"live","ref":1,"cursor":"t-2"}"#,
                ])
            try session.send(#"{"op":"unsubscribe","topic":"a","ref":2}"#)
            _ = try session.heard()
        }
        try session.send(#"{"op":"subscribe","topic":"b","ref":1}"#)
        _ = try session.heard()
        try gateway.publish("b", "3", ends: true)
        #expect(try session.heard() == [event(3, "b", "3"), #"{"op":"end","topic":"b","id":"t-3"}"#])
        #expect(!session.isOutputClosed)
    }

    @Test("is closed with 1003 when it sends binary messages")
    func binary() throws {
        let session = try TestGateway().connectJSON()
        try session.send(.binary, #"{"op":"ping"}"#)
        #expect(try session.heard() == ["close 1003"])
    }
}
