package import SluiceTopics

extension MemoryLog {
    package struct Configuration: Sendable {
        /// The most that the log may hold, in bytes: payloads and the log's own bookkeeping. At least 64 KiB. When it is
        /// full, the oldest events of all go first. One append may take 7/8 of it.
        package var maximumBytes: Int
        /// The most topics that the log knows, at least 1. One more takes the place of the least recently used one:
        /// of one without events if there is such a one, else its events are lost with it.
        package var maximumTopics: Int
        /// A topic that has held no event for this long is forgotten, and what was known about its losses with it.
        package var topicIdleTime: Duration
        /// What each topic keeps: the first rule whose pattern matches counts, and `RetentionRule.standard` if none does.
        package var rules: [RetentionRule]
        /// For how long a repeated publish is recognised by its idempotency key.
        package var idempotencyWindow: Duration
        /// The most keys that are remembered; the oldest go first. They never take more than 1/8 of `maximumBytes`.
        package var maximumIdempotencyKeys: Int
        /// How many events one read may look at to find the selected ones, at least 1.
        package var maximumScan: Int
        /// How many topics that lost events a read looks at to decide whether a wildcard pattern has a gap, at least 1.
        /// Where more than this many topics lost an event after a place, that place lies below the log's `floor`.
        package var maximumGapScan: Int

        package init(
            maximumBytes: Int = 256 * 1024 * 1024,
            maximumTopics: Int = 1_000_000,
            topicIdleTime: Duration = .seconds(3600),
            rules: [RetentionRule] = [.standard],
            idempotencyWindow: Duration = .seconds(600),
            maximumIdempotencyKeys: Int = 100_000,
            maximumScan: Int = 4_096,
            maximumGapScan: Int = 4_096
        ) {
            self.maximumBytes = maximumBytes
            self.maximumTopics = maximumTopics
            self.topicIdleTime = topicIdleTime
            self.rules = rules
            self.idempotencyWindow = idempotencyWindow
            self.maximumIdempotencyKeys = maximumIdempotencyKeys
            self.maximumScan = maximumScan
            self.maximumGapScan = maximumGapScan
        }
    }

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
}
