internal import SluiceWire

/// The closing handshake (RFC 6455 § 7.1): who has sent a close frame, and what follows.
struct ClosingHandshake {
    private enum State {
        case open
        /// We have sent a close frame and wait for the peer's.
        case waiting
        /// Both have, or the connection is past all handshakes.
        case done
    }

    private var state = State.open

    /// Whether messages may still be sent and are still listened to.
    var isOpen: Bool {
        switch state {
        case .open: true
        case .waiting, .done: false
        }
    }

    /// What to do next.
    enum Action: Equatable {
        /// Send this close frame and wait for the peer's, no longer than the close time.
        case sendAndWait(WebSocketCloseCode, reason: String)
        /// Send a close frame with this code, or without one, and close the connection.
        case sendAndClose(WebSocketCloseCode?, reason: String)
        case closeConnection
        case none
    }

    /// The peer broke the protocol: there is nothing to wait for (§ 7.1.7).
    mutating func fail(_ code: WebSocketCloseCode, reason: String) -> Action {
        switch state {
        case .open:
            state = .done
            return .sendAndClose(code, reason: reason)
        case .waiting:
            state = .done
            return .closeConnection
        case .done:
            return .none
        }
    }

    mutating func close(_ code: WebSocketCloseCode, reason: String) -> Action {
        switch state {
        case .open:
            state = .waiting
            return .sendAndWait(code, reason: reason)
        case .waiting, .done:
            return .none
        }
    }

    /// The peer's close frame came; it is answered with its own code (§ 5.5.1).
    mutating func received(_ code: WebSocketCloseCode?) -> Action {
        switch state {
        case .open:
            state = .done
            return .sendAndClose(code, reason: "")
        case .waiting:
            state = .done
            return .closeConnection
        case .done:
            return .none
        }
    }

    mutating func timedOut() -> Action {
        switch state {
        case .open:
            preconditionFailure("the close time begins with a close frame")
        case .waiting, .done:
            state = .done
            return .closeConnection
        }
    }
}
