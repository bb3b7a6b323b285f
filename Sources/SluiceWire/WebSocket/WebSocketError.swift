/// What the other side did wrong, and the code to close with.
package struct WebSocketError: Error, Hashable, Sendable {
    package let code: WebSocketCloseCode
    /// For a person; names the clause that was broken, as in "fragmented control frame (RFC 6455 § 5.5)". At most 123
    /// bytes, so that it fits into the close frame.
    package let message: String

    package init(code: WebSocketCloseCode, message: String) {
        self.code = code
        self.message = message
    }
}

extension WebSocketError {
    static func messageTooBig(maximumBytes: Int) -> WebSocketError {
        WebSocketError(code: .messageTooBig, message: "message of more than \(maximumBytes) bytes (RFC 6455 § 7.4.1)")
    }
}

extension WebSocketError: CustomStringConvertible {
    package var description: String { "\(code): \(message)" }
}
