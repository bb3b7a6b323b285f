import NIOCore
import SluiceTestSupport
import SluiceWire
import Testing

@testable import SluiceWebSocket

@Suite("The heartbeat of a session") struct HeartbeatTests {
    @Test(
        "is a ping; a client that says anything until the next one is alive",
        arguments: [.pong, .ping, .text] as [WebSocketOpcode])
    func alive(answer: WebSocketOpcode) throws {
        let gateway = try TestGateway()
        let session = try gateway.connect("/topics/a")
        for _ in 0..<5 {
            gateway.advance(intervals: 1)
            #expect(try session.heard() == ["ping"])
            try session.send(answer)
            _ = try session.heard()
        }
        #expect(!session.isOutputClosed)
    }

    @Test("closes with 4408 when the client stays silent, and ends without its answer")
    func dead() throws {
        let gateway = try TestGateway()
        let session = try gateway.connect("/topics/a")
        gateway.advance(intervals: 2)
        #expect(try session.heard() == ["ping", "close 4408"])
        #expect(!session.isClosed)
        gateway.advance(by: gateway.configuration.closeTime)
        #expect(session.isClosed)
    }

    @Test("does not take a client that does not read for a dead one, and gives it time when it reads again")
    func unwritable() throws {
        let gateway = try TestGateway()
        let session = try gateway.connect("/topics/a")
        gateway.advance(intervals: 1)
        #expect(try session.heard() == ["ping"])
        session.socket.stall()
        gateway.advance(intervals: 20)
        #expect(session.socket.waitingBytes == 0)
        #expect(!session.isOutputClosed)
        session.socket.resume()
        gateway.advance(intervals: 1)
        #expect(try session.heard() == ["ping"])
        gateway.advance(intervals: 1)
        #expect(try session.heard() == ["close 4408"])
    }

    @Test("says the cursor of an idle session that is live, also over events that it did not select")
    func cursor() throws {
        let gateway = try TestGateway()
        let session = try gateway.connectJSON("/subscribe?topic=a")
        gateway.advance(intervals: 1)
        _ = try session.heard()
        try session.send(.pong)
        try gateway.publish("b", "1", "2")
        gateway.advance(intervals: 1)
        #expect(try session.heard() == [#"{"op":"heartbeat","cursor":"t-2"}"#, "ping"])
        try session.send(.pong)
        try gateway.publish("a", "3")
        #expect(try session.heard().count == 1)
        gateway.advance(intervals: 1)
        #expect(try session.heard() == ["ping"])
    }

    @Test("is answered by a pong that does not count as a message")
    func allowance() throws {
        var configuration = WebSocketConfiguration()
        configuration.messagesPerSecond = 1
        configuration.heartbeat = .milliseconds(100)
        let gateway = try TestGateway(configuration: configuration)
        let session = try gateway.connect("/topics/a")
        gateway.advance(intervals: 1)
        #expect(try session.heard() == ["ping"])
        try session.send(.pong)
        try session.send("1")
        #expect(try session.heard() == ["1"])
        try session.send(.pong)
        #expect(try session.heard() == ["close 4429"])
    }

    @Test("of the client is answered with its own bytes, and its pongs with nothing")
    func pings() throws {
        let gateway = try TestGateway()
        for session in try [gateway.connect("/topics/a"), gateway.connectJSON()] {
            try session.send(.ping, "one")
            try session.send(.pong, "unasked")
            try session.send(.ping)
            #expect(try session.heard() == ["pong one", "pong "])
        }
    }
}
