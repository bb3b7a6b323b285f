/// Why something did not work, and would not work if it were simply tried again.
package struct ClientError: Error, Hashable, Sendable {
    package enum Code: Hashable, Sendable {
        /// The text is not the address of a gateway.
        case invalidURL
        /// There is no connection, or it was lost before the answer came.
        case unreachable
        /// The gateway said no.
        case refused
        /// What came is not what a gateway says.
        case protocolViolation
    }

    package let code: Code
    /// A sentence for a person, without a full stop.
    package let message: String
    /// The stable name of the gateway's reason, such as `topic-ended`, if it gave one.
    package var problem: String?
    /// The HTTP status of the answer, if there was one.
    package var status: Int?

    package init(code: Code, message: String, problem: String? = nil, status: Int? = nil) {
        self.code = code
        self.message = message
        self.problem = problem
        self.status = status
    }

    static func invalidURL(_ text: String, _ reason: String) -> ClientError {
        ClientError(code: .invalidURL, message: "'\(text)' is not the address of a gateway: \(reason)")
    }

    static func violation(_ message: String) -> ClientError {
        ClientError(code: .protocolViolation, message: message)
    }
}

extension ClientError: CustomStringConvertible {
    package var description: String { message }
}
