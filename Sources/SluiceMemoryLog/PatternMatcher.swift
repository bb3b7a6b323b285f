internal import SluiceTopics

/// A wildcard pattern made ready to be compared with many topics: it looks at the bytes of a name and allocates nothing,
/// because a read compares under the log's lock.
struct PatternMatcher {
    private let pattern: Pattern
    private let segments: [Segment]
    private let matchesReserved: Bool

    private enum Segment {
        case literal([UInt8])
        case one
        case rest
    }

    init(_ pattern: Pattern) {
        self.pattern = pattern
        segments = pattern.segments.map { segment in
            switch segment {
            case .literal(let text): .literal(Array(text.utf8))
            case .one: .one
            case .rest: .rest
            }
        }
        if case .literal = pattern.segments.first { matchesReserved = true } else { matchesReserved = false }
    }

    /// The same as `Pattern.matches`.
    func matches(_ topic: Topic) -> Bool {
        topic.name.utf8.withContiguousStorageIfAvailable { matches($0) } ?? pattern.matches(topic)
    }

    private func matches(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        if !matchesReserved, name.first == UInt8(ascii: "$") { return false }
        var start = 0
        for segment in segments {
            // `start` is behind a slash, or one further than the end when no segment is left.
            switch segment {
            case .rest:
                return true
            case .one:
                guard start <= name.count else { return false }
                while start < name.count, name[start] != UInt8(ascii: "/") { start += 1 }
            case .literal(let literal):
                let end = start + literal.count
                guard end <= name.count, end == name.count || name[end] == UInt8(ascii: "/") else { return false }
                for (offset, byte) in literal.enumerated() where name[start + offset] != byte { return false }
                start = end
            }
            start += 1
        }
        return start == name.count + 1
    }
}
