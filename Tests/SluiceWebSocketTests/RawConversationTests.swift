import NIOCore
import NIOEmbedded
import SluiceTestSupport
import SluiceWire
import Testing

@testable import SluiceWebSocket

@Suite("A raw session") struct RawConversationTests {
    @Test("publishes what it is sent and hears it too, text as text and binary as binary")
    func chat() throws {
        let gateway = try TestGateway()
        let first = try gateway.connect("/topics/a")
        let second = try gateway.connect("/topics/a")
        try first.send("1", "2")
        try second.send(.binary, "\u{1}\u{2}")
        try gateway.publish("a", "3")
        for session in [first, second] {
            #expect(try session.heard() == ["1", "2", "binary [1, 2]", "3"])
        }
    }

    @Test("begins where it is told to")
    func resuming() throws {
        let gateway = try TestGateway()
        try gateway.publish("a", "1", "2")
        #expect(try gateway.connect("/topics/a").heard().isEmpty)
        #expect(try gateway.connect("/topics/a?after=earliest").heard() == ["1", "2"])
        #expect(try gateway.connect("/topics/a?after=t-1").heard() == ["2"])
    }

    @Test("closes with 4410 when events are lost, before any that are not")
    func gap() throws {
        let gateway = try TestGateway(retained: 1)
        try gateway.publish("a", "1", "2", "3")
        for target in ["/topics/a?after=t-1", "/topics/a?lastEventID=zz-1", "/topics/a?lastEventID=what"] {
            let session = try gateway.connect(target)
            #expect(try session.heard() == ["close 4410"])
        }
        #expect(try gateway.connect("/topics/a?after=t-2").heard() == ["3"])
    }

    @Test("closes with 1000 behind the topic's last event")
    func ended() throws {
        let gateway = try TestGateway()
        let session = try gateway.connect("/topics/a")
        try gateway.publish("a", "1")
        try gateway.publish("a", "2", ends: true)
        #expect(try session.heard() == ["1", "2", "close 1000"])
        #expect(try gateway.connect("/topics/a?after=t-1").heard() == ["2", "close 1000"])
    }

    @Test("closes with its code when a publish is refused")
    func refused() throws {
        let gateway = try TestGateway()
        let reader = try gateway.connect("/topics/readable")
        try reader.send("x")
        #expect(try reader.heard() == ["close 4401"])
        #expect(gateway.log.head == 0)

        // The topic ends while the client is not read; what it then sends finds nothing to be published to.
        let late = try gateway.connect("/topics/a")
        late.socket.stall()
        try gateway.publish("a", "last", ends: true)
        try late.send("x")
        late.socket.resume()
        #expect(try late.heard() == ["close 4400"])
    }

    @Test("closes with 4429 when more messages come in a second than it may send, and publishes none beyond")
    func rateLimit() throws {
        var configuration = WebSocketConfiguration()
        configuration.messagesPerSecond = 3
        let gateway = try TestGateway(configuration: configuration)
        let session = try gateway.connect("/topics/a")
        try session.send("1", "2", "3")
        gateway.advance(by: .seconds(1))
        try session.send("4", "5", "6")
        #expect(try session.heard() == ["1", "2", "3", "4", "5", "6"])
        gateway.advance(by: .milliseconds(400))
        try session.send("7", "8", "9")
        #expect(try session.heard() == ["7", "close 4429"])
        #expect(gateway.log.head == 7)
    }

    @Test("takes only so much of what arrived at once before others have their turn, and loses nothing of it")
    func turns() throws {
        let gateway = try TestGateway()
        let session = try gateway.connect("/topics/a")
        let texts = (0..<5).map { String(repeating: "\($0)", count: 150_000) }
        var frames = ByteBuffer()
        for text in texts {
            frames.writeImmutableBuffer(
                WebSocketFrame.encode(.text, ByteBuffer(string: text), maskingKey: WebSocketMaskingKey(1, 2, 3, 4)))
        }
        try session.channel.writeInbound(frames)
        #expect(gateway.log.head == 2)
        #expect(!session.isRead)
        gateway.settle()
        #expect(gateway.log.head == 5)
        #expect(session.isRead)
        #expect(try session.heard() == texts)
    }

    @Test("closes with 4429 when more pings and pongs come in a second than it may send messages")
    func controlFrameRateLimit() throws {
        var configuration = WebSocketConfiguration()
        configuration.messagesPerSecond = 3
        let gateway = try TestGateway(configuration: configuration)
        let session = try gateway.connect("/topics/a")
        for _ in 0..<4 { try session.send(.ping) }
        #expect(try session.heard() == ["pong ", "pong ", "pong ", "close 4429"])
        let other = try gateway.connect("/topics/a")
        for _ in 0..<4 { try other.send(.pong) }
        #expect(try other.heard() == ["close 4429"])
    }

    @Test("is not read while too many of its messages wait for the log, or while it does not read")
    func backpressure() throws {
        let gateway = try TestGateway(publishesInFlight: 2)
        let session = try gateway.connect("/topics/a")
        gateway.log.holdAppends()
        try session.send("1")
        #expect(session.isRead)
        try session.send("2")
        #expect(!session.isRead)
        gateway.log.release()
        gateway.settle()
        #expect(session.isRead)
        session.socket.stall()
        #expect(!session.isRead)
        session.socket.resume()
        #expect(session.isRead)
    }
}
