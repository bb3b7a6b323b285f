/// Why an event stream is not read any further. (No bytes are a wrong event stream; they are only too many.)
package struct EventStreamError: Error, Hashable, Sendable {
    package enum Code: Hashable, Sendable {
        /// An event or a line is larger than the parser's limit.
        case tooLarge
    }

    package let code: Code
    /// For a person.
    package let message: String

    package init(code: Code, message: String) {
        self.code = code
        self.message = message
    }
}

extension EventStreamError: CustomStringConvertible {
    package var description: String { message }
}
