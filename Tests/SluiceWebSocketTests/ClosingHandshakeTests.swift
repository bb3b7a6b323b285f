import SluiceWire
import Testing

@testable import SluiceWebSocket

@Suite struct ClosingHandshakeTests {
    @Test("we close: our frame, then the peer's, then the connection")
    func weClose() {
        var closing = ClosingHandshake()
        #expect(closing.isOpen)
        #expect(closing.close(.goingAway, reason: "draining") == .sendAndWait(.goingAway, reason: "draining"))
        #expect(!closing.isOpen)
        #expect(closing.received(.goingAway) == .closeConnection)
        #expect(!closing.isOpen)
        #expect(closing.received(nil) == .none)
        #expect(closing.timedOut() == .closeConnection)
    }

    @Test("the peer closes: its own code goes back to it, and that is all")
    func peerCloses() {
        var closing = ClosingHandshake()
        #expect(closing.received(.normal) == .sendAndClose(.normal, reason: ""))
        #expect(!closing.isOpen)
        #expect(closing.received(.normal) == .none)
        #expect(closing.close(.gap, reason: "") == .none)
        #expect(closing.timedOut() == .closeConnection)
    }

    @Test("a close frame without a code is answered with one without a code")
    func noCode() {
        var closing = ClosingHandshake()
        #expect(closing.received(nil) == .sendAndClose(nil, reason: ""))
    }

    @Test("only the first reason to close is told")
    func firstReason() {
        var closing = ClosingHandshake()
        #expect(closing.close(.gap, reason: "one") == .sendAndWait(.gap, reason: "one"))
        #expect(closing.close(.policyViolation, reason: "two") == .none)
    }

    @Test("both close at once: each frame answers the other")
    func crossing() {
        var closing = ClosingHandshake()
        #expect(closing.close(.goingAway, reason: "") == .sendAndWait(.goingAway, reason: ""))
        #expect(closing.received(.normal) == .closeConnection)
    }

    @Test("a peer that broke the protocol is told so, and not waited for")
    func violation() {
        var closing = ClosingHandshake()
        #expect(closing.fail(.protocolError, reason: "why") == .sendAndClose(.protocolError, reason: "why"))
        #expect(!closing.isOpen)
        #expect(closing.received(.normal) == .none)
        #expect(closing.fail(.protocolError, reason: "again") == .none)
        #expect(closing.timedOut() == .closeConnection)
    }

    @Test("a peer that breaks the protocol in place of its close frame has nothing more to be told")
    func violationWhileWaiting() {
        var closing = ClosingHandshake()
        #expect(closing.close(.gap, reason: "") == .sendAndWait(.gap, reason: ""))
        #expect(closing.fail(.protocolError, reason: "why") == .closeConnection)
        #expect(closing.received(nil) == .none)
    }

    @Test("a peer that does not answer is not waited for beyond the close time")
    func timeout() {
        var closing = ClosingHandshake()
        #expect(closing.close(.normal, reason: "") == .sendAndWait(.normal, reason: ""))
        #expect(closing.timedOut() == .closeConnection)
        #expect(closing.received(.normal) == .none)
    }
}
