import NIOCore
import SluiceBus
import SluiceLog
import SluiceTestSupport
import SluiceWire
import Testing

@testable import SluiceWebSocket

@Suite("A session closes") struct ClosingTests {
    @Test(
        "with the code that the client closed with",
        arguments: [.normal, .goingAway, nil, .init(rawValue: 4999)] as [WebSocketCloseCode?])
    func byClient(code: WebSocketCloseCode?) throws {
        let gateway = try TestGateway()
        let session = try gateway.connect("/topics/a")
        try session.sendClose(code)
        #expect(try session.heard() == ["close \(code?.description ?? "without a code")"])
        #expect(session.isOutputClosed && !session.isClosed)
        try gateway.publish("a", "1")
        #expect(try session.heard().isEmpty)
        session.closeInput()
        #expect(session.isClosed)
    }

    @Test("when the client does not close its side either, after the close time")
    func lingering() throws {
        let gateway = try TestGateway()
        let session = try gateway.connect("/topics/a")
        try session.sendClose(.normal)
        #expect(!session.isClosed)
        gateway.advance(by: gateway.configuration.closeTime)
        #expect(session.isClosed)
    }

    @Test("and takes nothing that the client says behind a close frame, its own or the gateway's")
    func lastWord() throws {
        let gateway = try TestGateway()
        let witness = try gateway.connect("/topics/a")
        let first = try gateway.connect("/topics/a")
        try first.sendClose(.normal)
        try first.send("late")
        let second = try gateway.connect("/topics/a")
        gateway.hub.sendAway(over: .zero)
        gateway.settle()
        #expect(try second.heard() == ["close 1001"])
        try second.send("late")
        try second.send(.ping)
        #expect(try second.heard().isEmpty)
        #expect(try witness.heard() == ["close 1001"])
        #expect(gateway.log.head == 0)
        try second.sendClose(.goingAway)
        #expect(second.isClosed)
    }

    @Test(
        "at once when the client breaks the protocol",
        arguments: [
            ([0x81, 0x01, 0x61], 1002), ([0xC1, 0x80, 0, 0, 0, 0], 1002), ([0x83, 0x80, 0, 0, 0, 0], 1002),
            ([0x80, 0x80, 0, 0, 0, 0], 1002), ([0x09, 0x80, 0, 0, 0, 0], 1002), ([0x81, 0x81, 0, 0, 0, 0, 0xFF], 1007),
            ([0x82, 0xFF, 0, 0, 0, 0, 0, 0x10, 0, 1], 1009), ([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xED], 1002),
        ] as [([UInt8], Int)])
    func violation(bytes: [UInt8], code: Int) throws {
        let gateway = try TestGateway()
        let session = try gateway.connect("/topics/a")
        try session.send("before")
        try session.send(bytes: ByteBuffer(bytes: bytes))
        #expect(try session.heard() == ["before", "close \(code)"])
        #expect(session.isOutputClosed)
        try session.send("behind")
        #expect(gateway.log.head == 1)
        session.closeInput()
        #expect(session.isClosed)
    }

    @Test("when the client's side is closed without a word")
    func inputClosed() throws {
        let gateway = try TestGateway()
        let session = try gateway.connectJSON("/subscribe?topic=a")
        session.closeInput()
        #expect(session.isClosed)
        #expect(gateway.hub.report().census.isEmpty)
    }

    @Test("with the client's close frame read, however full the client's socket is")
    func unwritable() throws {
        let gateway = try TestGateway()
        let session = try gateway.connect("/topics/readable")
        // Nobody may publish there, so it is closed.
        try session.send("x")
        session.socket.stall()
        #expect(session.isRead)
        try session.sendClose(.forbidden)
        #expect(session.isClosed)
    }

    @Test("with 1013 when the log cannot be read, which is worth another try")
    func failedRead() throws {
        let gateway = try TestGateway()
        gateway.log.refuseReads(with: .unavailable("the disk is gone"))
        for session in try [gateway.connect("/topics/a"), gateway.connectJSON("/subscribe?topic=a")] {
            #expect(try session.heard().last == "close 1013")
        }
    }
}
