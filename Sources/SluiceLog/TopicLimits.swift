internal import NIOCore
package import SluiceTopics

/// A retention rule in the units that engines count in.
package struct TopicLimits: Sendable {
    package var maximumEvents: Int
    package var maximumBytes: Int
    /// Milliseconds.
    package var maximumAge: Int64?

    package init(_ rule: RetentionRule) {
        maximumEvents = max(0, rule.maximumEvents ?? .max)
        maximumBytes = max(0, rule.maximumBytes ?? .max)
        maximumAge = rule.maximumAge?.wholeMilliseconds
    }
}

extension Duration {
    /// Rounded down; never negative, and at most some ten thousand years, so that sums with a time cannot overflow.
    package var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        let bounded = min(max(seconds, 0), 1 << 38)
        return seconds < 0 ? 0 : bounded * 1000 + attoseconds / 1_000_000_000_000_000
    }
}

extension Publication {
    /// Bytes of what the publisher sent, as retention rules count them.
    package var dataBytes: Int { payload.dataBytes + (type?.utf8.count ?? 0) }
}

extension Event {
    /// Bytes of what the publisher sent, as retention rules count them.
    package var dataBytes: Int { payload.dataBytes + (type?.utf8.count ?? 0) }
}

extension Payload {
    fileprivate var dataBytes: Int { data.readableBytes + (contentType?.utf8.count ?? 0) }
}
