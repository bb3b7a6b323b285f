package import SluiceLog

extension SQLiteLog {
    package struct Configuration: Sendable {
        /// The most that the events may take in the file, in bytes of data and bookkeeping; the oldest events of all go
        /// first. One append may take 7/8 of it.
        package var maximumBytes = 8 << 30
        /// The most topics that the log knows, at least 1; beyond that those that have been empty for the longest go.
        package var maximumTopics = 1_000_000
        /// A topic that has held no event for this long is forgotten, and what was known about its losses with it.
        package var topicIdleTime: Duration = .seconds(3600)
        /// What each topic keeps: the first rule whose pattern matches counts, and `RetentionRule.standard` if none does.
        package var rules: [RetentionRule] = [.standard]
        /// For how long a repeated publish is recognised by its idempotency key.
        package var idempotencyWindow: Duration = .seconds(600)
        /// The most keys that are remembered; the oldest go first.
        package var maximumIdempotencyKeys = 100_000
        /// How many events one read with a wildcard may look at to find the selected ones, at least 1.
        package var maximumScan = 4_096
        /// How many topics that lost events a read looks at to decide whether a wildcard pattern has a gap, at least 1.
        package var maximumGapScan = 4_096

        package init() {}
    }
}
