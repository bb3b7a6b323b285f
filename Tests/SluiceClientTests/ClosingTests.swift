import NIOCore
import NIOHTTP1
import SluiceWire
import Testing

@testable import SluiceClient

struct ClosingTests {
    @Test("1000 is the end of the conversation")
    func normal() throws {
        try Closing.check(.normal, reason: "")
    }

    @Test(
        "codes with which one comes back",
        arguments: [1001, 1012, 1013, 1014, 4408, 4429] as [UInt16])
    func temporary(code: UInt16) {
        #expect(throws: Disconnection.self) { try Closing.check(WebSocketCloseCode(rawValue: code), reason: "r") }
    }

    @Test(
        "codes with which one stays away",
        arguments: [1002, 1003, 1007, 1008, 1009, 4400, 4401, 4403, 4410] as [UInt16])
    func permanent(code: UInt16) {
        #expect(throws: ClientError(code: .refused, message: "no key (\(code))")) {
            try Closing.check(WebSocketCloseCode(rawValue: code), reason: "no key")
        }
    }

    @Test("a close frame without a code is a lost connection")
    func noCode() {
        #expect(throws: Disconnection(reason: "the gateway closed the session")) { try Closing.check(nil, reason: "") }
    }

    @Test("who sends too much comes back later than others")
    func rateLimited() {
        #expect(throws: Disconnection(reason: "slow down (4429)", atLeast: .seconds(10))) {
            try Closing.check(.rateLimited, reason: "slow down")
        }
    }
}

struct RefusalTests {
    private func refusal(_ status: HTTPResponseStatus, _ headers: HTTPHeaders = [:], body: String = "") -> Refusal {
        Refusal(status: status, headers: headers, body: ByteBuffer(string: body))
    }

    @Test("a problem document gives the name of the problem and the message")
    func problem() {
        let refusal = refusal(
            .forbidden,
            body: #"{"type":"urn:sluice:problem:forbidden","title":"Forbidden","status":403,"detail":"not you"}"#)
        #expect(
            refusal.asError
                == ClientError(code: .refused, message: "not you (403)", problem: "forbidden", status: 403))
        #expect(refusal.asEndOfConnection is ClientError)
    }

    @Test("a refused stream says how much of it was published")
    func streamProblem() {
        let refusal = refusal(.badRequest, body: #"{"detail":"line 3 is not a JSON text","published":2}"#)
        #expect(refusal.message == "line 3 is not a JSON text (400); events published before that: 2")
    }

    @Test("statuses that will pass", arguments: [408, 425, 429, 500, 502, 503, 504])
    func temporary(status: Int) {
        let refusal = refusal(HTTPResponseStatus(statusCode: status), ["retry-after": "7"])
        #expect((refusal.asEndOfConnection as? Disconnection)?.atLeast == .seconds(7))
    }

    @Test("statuses that will not pass", arguments: [301, 400, 401, 403, 404, 405, 409, 413, 422, 426, 501])
    func permanent(status: Int) {
        #expect(refusal(HTTPResponseStatus(statusCode: status)).asEndOfConnection is ClientError)
    }

    @Test(
        "a Retry-After that is no number of seconds is passed over",
        arguments: ["soon", "Wed, 21 Oct 2015 07:28:00 GMT"])
    func unreadableRetryAfter(value: String) {
        #expect(refusal(.serviceUnavailable, ["retry-after": value]).retryAfter == nil)
    }

    @Test("a Retry-After is between nothing and an hour", arguments: [("-5", 0), ("99999999", 3600)])
    func retryAfterRange(value: String, seconds: Int) {
        #expect(refusal(.serviceUnavailable, ["retry-after": value]).retryAfter == .seconds(seconds))
    }

    @Test("a redirection is not followed, but named")
    func redirection() {
        let refusal = refusal(.permanentRedirect, ["location": "https://gateway.example/"])
        #expect(refusal.message.contains("https://gateway.example/"))
    }
}
