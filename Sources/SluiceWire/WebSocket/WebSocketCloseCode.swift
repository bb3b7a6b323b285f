/// Why a WebSocket connection is closed (RFC 6455 § 7.4).
package struct WebSocketCloseCode: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// The conversation is over: all topics have ended.
    package static let normal = Self(rawValue: 1000)
    /// The gateway is draining.
    package static let goingAway = Self(rawValue: 1001)
    package static let protocolError = Self(rawValue: 1002)
    package static let unsupportedData = Self(rawValue: 1003)
    /// A message does not hold what its type promises, such as text that is not UTF-8.
    package static let invalidPayload = Self(rawValue: 1007)
    package static let policyViolation = Self(rawValue: 1008)
    package static let messageTooBig = Self(rawValue: 1009)
    package static let internalError = Self(rawValue: 1011)
    /// "Try again later" in the IANA registry.
    package static let overloaded = Self(rawValue: 1013)

    /// An operation of the subprotocol that cannot be understood.
    package static let badOperation = Self(rawValue: 4400)
    package static let unauthorised = Self(rawValue: 4401)
    package static let forbidden = Self(rawValue: 4403)
    package static let heartbeatMissed = Self(rawValue: 4408)
    /// Events were lost, and the conversation has no other way to say so.
    package static let gap = Self(rawValue: 4410)
    package static let rateLimited = Self(rawValue: 4429)

    /// Whether an endpoint may put the code in a close frame: the protocol's own and the IANA-registered ones except
    /// 1004, 1005, 1006 and 1015, which are for local use, and the ranges for libraries and applications, 3000–4999
    /// (RFC 6455 § 7.4.1 and § 7.4.2).
    package var mayBeSent: Bool {
        switch rawValue {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }

    /// Whether a client that was closed with this code should come back with its cursor. With 4429 it should wait
    /// longer than usual. 1012 is a server's restart, as a proxy on the way may announce it.
    package var shouldReconnect: Bool {
        switch self {
        case .goingAway, .overloaded, .heartbeatMissed, .rateLimited, Self(rawValue: 1012): true
        default: false
        }
    }
}

extension WebSocketCloseCode: CustomStringConvertible {
    package var description: String { "\(rawValue)" }
}
