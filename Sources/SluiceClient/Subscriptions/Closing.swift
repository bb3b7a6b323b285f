internal import SluiceWire

/// What a session's close code means for the subscription.
enum Closing {
    /// - Parameter code: nil when the gateway gave none.
    /// - Returns: normally when the conversation is over.
    /// - Throws: `Disconnection` when the subscription goes on with the next session, `refused` when it does not.
    static func check(_ code: WebSocketCloseCode?, reason: String) throws {
        let words = reason.isEmpty ? "the gateway closed the session" : reason
        guard let code else { throw Disconnection(reason: words) }
        let message = "\(words) (\(code))"
        switch code {
        case .normal:
            return
        case .rateLimited:
            throw Disconnection(reason: message, atLeast: Reconnection.longest)
        case _ where code.shouldReconnect || code == badGateway:
            throw Disconnection(reason: message)
        default:
            throw ClientError(code: .refused, message: message)
        }
    }

    /// A proxy's way to say that there is no gateway behind it now (IANA WebSocket Close Code Number Registry).
    private static let badGateway = WebSocketCloseCode(rawValue: 1014)
}
