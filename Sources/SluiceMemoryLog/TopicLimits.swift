/// A retention rule in the units that the log counts in.
struct TopicLimits {
    var maximumEvents: Int
    var maximumBytes: Int
    /// Milliseconds.
    var maximumAge: Int64?

    init(_ rule: MemoryLog.RetentionRule) {
        maximumEvents = max(0, rule.maximumEvents ?? .max)
        maximumBytes = max(0, rule.maximumBytes ?? .max)
        maximumAge = rule.maximumAge?.wholeMilliseconds
    }
}

extension Duration {
    /// Rounded down; never negative, and at most some ten thousand years, so that sums with a time cannot overflow.
    var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        let bounded = min(max(seconds, 0), 1 << 38)
        return seconds < 0 ? 0 : bounded * 1000 + attoseconds / 1_000_000_000_000_000
    }
}
