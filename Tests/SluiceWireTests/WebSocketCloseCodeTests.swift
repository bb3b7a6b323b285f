import SluiceWire
import Testing

@Suite struct WebSocketCloseCodeTests {
    @Test("Every code is judged by RFC 6455 § 7.4 and the IANA registry")
    func mayBeSent() {
        let sendable = Set([1000, 1001, 1002, 1003] + Array(1007...1014) + Array(3000...4999))
        for rawValue in UInt16.min ... .max
        where WebSocketCloseCode(rawValue: rawValue).mayBeSent != sendable.contains(Int(rawValue)) {
            Issue.record("\(rawValue)")
        }
    }

    @Test("Clients come back after what passes and stay away after what does not")
    func shouldReconnect() {
        let passing: [WebSocketCloseCode] = [.goingAway, .overloaded, .heartbeatMissed, .rateLimited]
        let lasting: [WebSocketCloseCode] = [
            .normal, .protocolError, .unsupportedData, .invalidPayload, .policyViolation, .messageTooBig,
            .internalError, .badOperation, .unauthorised, .forbidden, .gap,
        ]
        for code in passing { #expect(code.shouldReconnect, "\(code)") }
        for code in lasting { #expect(!code.shouldReconnect, "\(code)") }
        for code in passing + lasting { #expect(code.mayBeSent, "\(code)") }
    }
}
