package import SluiceLog

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
}
