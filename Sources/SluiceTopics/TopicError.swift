/// Why a text is not a topic or not a pattern.
package struct TopicError: Error, Hashable, Sendable {
    package enum Code: String, Hashable, Sendable, CaseIterable {
        case empty = "it is empty"
        case tooLong = "it is longer than 1024 bytes"
        case emptySegment = "a segment is empty (a leading, trailing or double '/')"
        case dotSegment = "a segment is '.' or '..'"
        case controlCharacter = "it holds a control character"
        case invalidUTF8 = "it is not valid UTF-8"
        case invalidPercentEncoding = "a '%' is not followed by two hexadecimal digits"
        case encodedSlash = "a segment holds an encoded '/' (%2F)"
        case wildcard = "a topic's name holds no '*' (only patterns do)"
        case partialWildcard = "'*' stands for one whole segment, it cannot be a part of one"
        case restNotLast = "'**' can only be the last segment"
    }

    package let code: Code
    /// The text that was refused, cut to 80 Unicode scalars and free of control characters.
    package let subject: String

    package init(_ code: Code, in subject: some StringProtocol) {
        self.code = code
        // Scalars, not characters: one character can be made of any number of combining marks.
        var text = String.UnicodeScalarView()
        for scalar in subject.unicodeScalars.prefix(80) {
            text.append(TopicGrammar.isControl(scalar) ? "\u{FFFD}" : scalar)
        }
        self.subject = String(text)
    }
}

extension TopicError: CustomStringConvertible {
    package var description: String { "'\(subject)' is not a valid name: \(code.rawValue)" }
}
