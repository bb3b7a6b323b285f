extension Pattern {
    /// Whether there can be a topic that both match.
    package func overlaps(_ other: Pattern) -> Bool {
        if let topic { return other.matches(topic) }
        if let topic = other.topic { return matches(topic) }
        // No wildcard matches a name that begins with `$`.
        let (isMineReserved, isTheirsReserved) = (text.utf8.first == .dollar, other.text.utf8.first == .dollar)
        if isMineReserved != isTheirsReserved, (isMineReserved ? other : self).text.utf8.first == .star { return false }

        let (mine, theirs) = (segments, other.segments)
        for (left, right) in zip(mine, theirs) {
            switch (left, right) {
            case (.rest, _), (_, .rest): return true
            case (.one, .one), (.one, .literal), (.literal, .one): break
            case (.literal(let left), .literal(let right)): if !left.hasSameBytes(as: right) { return false }
            }
        }
        if mine.count == theirs.count { return true }
        // A last `**` stands for nothing too.
        let (longer, shorter) = mine.count > theirs.count ? (mine, theirs) : (theirs, mine)
        if longer.count == shorter.count + 1, case .rest? = longer.last { return true }
        return false
    }
}
