package import SluiceTopics

/// How much of a topic's past is kept. Nil means no limit but the whole log's.
package struct RetentionRule: Sendable {
    /// The topics that the rule is for.
    package var pattern: Pattern
    /// Events per topic; with 0 a topic has no past, only live delivery.
    package var maximumEvents: Int?
    /// Bytes of published data per topic: payloads, types and content types, without the log's bookkeeping.
    package var maximumBytes: Int?
    package var maximumAge: Duration?

    package init(
        pattern: Pattern, maximumEvents: Int? = nil, maximumBytes: Int? = nil, maximumAge: Duration? = nil
    ) {
        self.pattern = pattern
        self.maximumEvents = maximumEvents
        self.maximumBytes = maximumBytes
        self.maximumAge = maximumAge
    }

    /// 10,000 events, 16 MiB and one hour.
    package static let standard = RetentionRule(
        pattern: everything, maximumEvents: 10_000, maximumBytes: 16 * 1024 * 1024, maximumAge: .seconds(3600))

    private static let everything: Pattern = {
        do { return try Pattern("**") } catch { preconditionFailure("'**' is a pattern") }
    }()
}
