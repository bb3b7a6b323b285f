/// Which topics a subscription or a permission means: a topic's name in which `*` stands for exactly one segment
/// and a last `**` for any number of them, zero included (`chat/**` matches `chat` too).
///
/// A pattern without wildcards means the one topic of that name. Wildcards in the first segment never match
/// names that begin with `$`. Like topics, patterns are equal when their bytes are.
@usableFromInline
package struct Pattern: Sendable {
    @usableFromInline
    package enum Segment: Sendable {
        case literal(String)
        /// `*`
        case one
        /// `**`
        case rest
    }

    package let text: String
    package let hasWildcard: Bool

    /// - Throws: `TopicError`, which says what is wrong.
    package init(_ text: String) throws(TopicError) {
        try TopicGrammar.validate(text)
        hasWildcard = text.utf8.contains(.star)
        if hasWildcard {
            let parts = TopicGrammar.segments(of: text)
            for (index, part) in parts.enumerated() where part.utf8.contains(.star) {
                guard part.utf8.allSatisfy({ $0 == .star }), part.utf8.count <= 2 else {
                    throw TopicError(.partialWildcard, in: text)
                }
                if part.utf8.count == 2, index < parts.count - 1 { throw TopicError(.restNotLast, in: text) }
            }
        }
        self.text = text
    }

    /// The pattern that means just this topic.
    package init(_ topic: Topic) {
        text = topic.name
        hasWildcard = false
    }

    /// The one topic that the pattern means, or nil when it has a wildcard.
    @usableFromInline
    package var topic: Topic? {
        hasWildcard ? nil : Topic(unchecked: text)
    }

    /// At least one; only the last can be `rest`.
    @usableFromInline
    package var segments: [Segment] {
        TopicGrammar.segments(of: text).map { part in
            guard part.utf8.first == .star else { return .literal(String(part)) }
            return part.utf8.count == 1 ? .one : .rest
        }
    }
}

extension Pattern: Hashable {
    @usableFromInline
    package static func == (left: Pattern, right: Pattern) -> Bool { left.text.hasSameBytes(as: right.text) }

    @usableFromInline
    package func hash(into hasher: inout Hasher) { text.hashBytes(into: &hasher) }
}

extension Pattern: CustomStringConvertible {
    @usableFromInline package var description: String { text }
}
