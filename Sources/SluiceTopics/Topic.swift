/// The name that events are published under: `/`-separated UTF-8 segments, such as `chat/room-1`.
///
/// A name has 1 to 1024 bytes; no segment is empty, `.`, `..` or holds a `*`, and no character is a control
/// character. Names that begin with `$` are the gateway's own: clients cannot publish to them and no wildcard
/// matches them.
///
/// Names are equal when their bytes are: nothing is normalised, so two spellings of `é` are two topics.
@usableFromInline
package struct Topic: Sendable {
    /// The longest name, in bytes of UTF-8.
    package static let maximumBytes = 1024

    @usableFromInline package let name: String

    /// - Throws: `TopicError`, which says what is wrong.
    package init(_ name: String) throws(TopicError) {
        try TopicGrammar.validate(name)
        if name.utf8.contains(.star) { throw TopicError(.wildcard, in: name) }
        self.name = name
    }

    /// A name that is known to be valid because it was a `Topic` before.
    package init(unchecked name: String) {
        self.name = name
    }

    /// Whether the name is one of the gateway's own.
    @usableFromInline package var isReserved: Bool { name.utf8.first == .dollar }

    package var segments: [Substring] { TopicGrammar.segments(of: name) }
}

extension Topic: Hashable {
    @usableFromInline
    package static func == (left: Topic, right: Topic) -> Bool { left.name.hasSameBytes(as: right.name) }

    @usableFromInline
    package func hash(into hasher: inout Hasher) { name.hashBytes(into: &hasher) }
}

extension Topic: CustomStringConvertible {
    @usableFromInline package var description: String { name }
}
