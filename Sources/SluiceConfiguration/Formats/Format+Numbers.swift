internal import NIOCore

extension Format where Value == Bool {
    static var flag: Format {
        let allowed = "true or false"
        return Format(
            allowed,
            read: { (literal) throws(Refusal) in
                guard case .bool(let value) = literal else { throw Refusal(found: literal, allowed: allowed) }
                return value
            },
            write: Literal.bool)
    }
}

extension Format where Value == Int {
    static func count(_ range: ClosedRange<Int>) -> Format {
        let allowed = "a whole number from \(range.lowerBound) to \(range.upperBound)"
        return Format(
            allowed,
            read: { (literal) throws(Refusal) in
                guard case .integer(let value) = literal, range.contains(value) else {
                    throw Refusal(found: literal, allowed: allowed)
                }
                return value
            },
            write: Literal.integer)
    }

    /// Bytes: a whole number of them, or a string with a unit.
    static func size(_ range: ClosedRange<Int>) -> Format {
        let lower = ByteSize(range.lowerBound).text
        let upper = ByteSize(range.upperBound).text
        let allowed = "a size from \(lower) to \(upper)"
        return Format(
            allowed,
            read: { (literal) throws(Refusal) in
                let bytes: Int? =
                    switch literal {
                    case .integer(let value): value
                    case .string(let text): ByteSize(text)?.bytes
                    default: nil
                    }
                guard let bytes else {
                    throw Refusal(
                        found: literal, allowed: allowed,
                        reason: #"sizes are whole numbers of bytes, or strings such as "64KiB", "1MiB" and "1GiB""#)
                }
                guard range.contains(bytes) else { throw Refusal(found: literal, allowed: allowed) }
                return bytes
            },
            write: { ByteSize($0).literal })
    }
}

extension Format where Value == Duration {
    /// Whole milliseconds.
    static func time(_ range: ClosedRange<Duration>) -> Format {
        let allowed = "a time from \(TimeSpan(range.lowerBound).text) to \(TimeSpan(range.upperBound).text)"
        return Format(
            allowed,
            read: { (literal) throws(Refusal) in
                guard case .string(let text) = literal, let span = TimeSpan(text) else {
                    throw Refusal(
                        found: literal, allowed: allowed,
                        reason: #"times are strings such as "250ms", "30s", "10m", "1h" and "2d""#)
                }
                guard range.contains(span.duration) else { throw Refusal(found: literal, allowed: allowed) }
                return span.duration
            },
            write: { .string(TimeSpan($0).text) })
    }
}

extension Format where Value == TimeAmount {
    static func time(_ range: ClosedRange<Duration>) -> Format {
        Format<Duration>.time(range).map({ TimeAmount($0) }, { .nanoseconds($0.nanoseconds) })
    }
}

extension Duration {
    static func minutes(_ count: Int64) -> Duration { .seconds(60 * count) }
    static func hours(_ count: Int64) -> Duration { .minutes(60 * count) }
    static func days(_ count: Int64) -> Duration { .hours(24 * count) }
}

extension Int {
    static func kibibytes(_ count: Int) -> Int { count << 10 }
    static func mebibytes(_ count: Int) -> Int { count << 20 }
    static func gibibytes(_ count: Int) -> Int { count << 30 }
}
