package import SluiceTopics

/// What an answered publish survives.
package enum Durability: String, Hashable, Sendable, CaseIterable {
    /// The process, the system and the loss of power, where the log is in a file.
    case disk
    /// Nothing: the topic is kept in memory alone.
    case memory
}

/// How much of a topic's past is kept, and where. Nil means no limit but the whole log's.
package struct RetentionRule: Sendable {
    /// The topics that the rule is for.
    package var pattern: Pattern
    /// Events per topic; with 0 a topic has no past, only live delivery.
    package var maximumEvents: Int?
    /// Bytes of published data per topic: payloads, types and content types, without the log's bookkeeping.
    package var maximumBytes: Int?
    package var maximumAge: Duration?
    /// Means nothing to a log that is in memory anyway.
    package var durability: Durability

    package init(
        pattern: Pattern, maximumEvents: Int? = nil, maximumBytes: Int? = nil, maximumAge: Duration? = nil,
        durability: Durability = .disk
    ) {
        self.pattern = pattern
        self.maximumEvents = maximumEvents
        self.maximumBytes = maximumBytes
        self.maximumAge = maximumAge
        self.durability = durability
    }

    /// 10,000 events, 16 MiB and one hour.
    package static let standard = RetentionRule(
        pattern: everything, maximumEvents: 10_000, maximumBytes: 16 * 1024 * 1024, maximumAge: .seconds(3600))

    private static let everything: Pattern = {
        do { return try Pattern("**") } catch { preconditionFailure("'**' is a pattern") }
    }()
}
