extension Pattern {
    /// Does not allocate.
    package func matches(_ topic: Topic) -> Bool {
        guard hasWildcard else { return text.hasSameBytes(as: topic.name) }
        if topic.isReserved, text.utf8.first == .star { return false }
        return text.withBytes { pattern in topic.name.withBytes { name in Self.covers(pattern, name) } }
    }

    /// Whether every topic that `other` matches is matched by this pattern too.
    package func contains(_ other: Pattern) -> Bool {
        guard hasWildcard else { return self == other }
        if text.utf8.first == .star, other.text.utf8.first == .dollar { return false }
        // No topic has zero segments, so `**` means what `*/**` means; covers(_:_:) knows only the longer spelling.
        let theirs = other.text.hasSameBytes(as: "**") ? "*/**" : other.text
        return text.withBytes { pattern in theirs.withBytes { other in Self.covers(pattern, other) } }
    }

    /// Walks both texts segment by segment. `other` is a topic's name or a pattern: a `*` in it is a segment like
    /// any other, which only a wildcard covers, and a `**` in it is covered only by a `**`.
    private static func covers(_ pattern: UnsafeBufferPointer<UInt8>, _ other: UnsafeBufferPointer<UInt8>) -> Bool {
        var mine = 0
        var theirs = 0
        while true {
            if pattern[mine] == .star {
                if mine + 1 < pattern.count, pattern[mine + 1] == .star { return true }
                if isRest(other, at: theirs) { return false }
                mine += 1
                while theirs < other.count, other[theirs] != .slash { theirs += 1 }
            } else {
                while mine < pattern.count, pattern[mine] != .slash {
                    guard theirs < other.count, other[theirs] == pattern[mine] else { return false }
                    mine += 1
                    theirs += 1
                }
                guard theirs == other.count || other[theirs] == .slash else { return false }
            }
            if mine == pattern.count { return theirs == other.count }
            if theirs == other.count { return isRest(pattern, at: mine + 1) }
            mine += 1
            theirs += 1
        }
    }

    private static func isRest(_ text: UnsafeBufferPointer<UInt8>, at start: Int) -> Bool {
        start + 2 == text.count && text[start] == .star && text[start + 1] == .star
    }
}
