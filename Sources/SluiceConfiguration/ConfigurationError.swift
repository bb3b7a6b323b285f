/// Why a configuration is refused: everything wrong with it that could be found at once.
package struct ConfigurationError: Error, Hashable, Sendable {
    package enum Code: Hashable, Sendable, CaseIterable {
        /// There is no file at the path that was asked for.
        case missingFile
        case unreadableFile
        /// The text is not JSON (RFC 8259).
        case invalidJSON
        /// An object has a key twice. RFC 8259 § 4 leaves open what that means, so it means nothing here.
        case duplicateKey
        case unknownKey
        /// An object in a list lacks a key that it must have.
        case missingKey
        /// A value has the wrong type or form, or is out of its range.
        case wrongValue
        /// Two values are allowed, but not together.
        case conflict
        /// An environment variable begins with `SLUICE_` and means nothing.
        case unknownVariable
    }

    package struct Problem: Hashable, Sendable {
        package let code: Code
        /// `file` or `file:line:column`, both counted from 1; nil for what comes from the environment or a default.
        package let place: String?
        /// The path of the key, such as `listeners[1].port`, or the name of the variable.
        package let subject: String?
        /// What was found and what is allowed.
        package let message: String
    }

    /// At least one.
    package let problems: [Problem]

    init(_ problems: [Problem]) {
        precondition(!problems.isEmpty, "an error has a problem")
        self.problems = problems
    }
}

extension ConfigurationError.Problem: CustomStringConvertible {
    package var description: String {
        [place, subject, message].compactMap { $0 }.joined(separator: ": ")
    }
}

extension ConfigurationError: CustomStringConvertible {
    /// A line for each problem.
    package var description: String {
        problems.map(\.description).joined(separator: "\n")
    }
}
