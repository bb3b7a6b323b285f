package import SluiceLog
internal import SluiceMemoryLog

extension SQLiteLog {
    package struct Configuration: Sendable {
        /// The most that the events may take in the file, in bytes of data and bookkeeping; the oldest events of all go
        /// first. One append may take 7/8 of it.
        package var maximumBytes = 8 << 30
        /// The most memory for the newest events of the file, in bytes, so that they are read without it; 0 for none, and
        /// else at least 64 KiB.
        package var recentBytes = 64 << 20
        /// The most memory for topics of class memory, in bytes: events and bookkeeping.
        package var memoryBytes = 256 << 20
        /// The most topics that the log knows, at least 1; beyond that those that have been empty for the longest go.
        package var maximumTopics = 1_000_000
        /// A topic that has held no event for this long is forgotten, and what was known about its losses with it.
        package var topicIdleTime: Duration = .seconds(3600)
        /// What each topic keeps, and where: the first rule whose pattern matches counts, and `RetentionRule.standard` if
        /// none does.
        package var rules: [RetentionRule] = [.standard]
        /// For how long a repeated publish is recognised by its idempotency key.
        package var idempotencyWindow: Duration = .seconds(600)
        /// The most keys that are remembered; the oldest go first.
        package var maximumIdempotencyKeys = 100_000
        /// How many events one read with a wildcard may look at to find the selected ones, at least 1.
        package var maximumScan = 4_096
        /// How many topics that lost events a read looks at to decide whether a wildcard pattern has a gap, at least 1.
        package var maximumGapScan = 4_096
        /// Told of each commit of appends, on the writer's queue.
        package var onCommit: @Sendable (Commit) -> Void = { _ in }
        /// Told of each time that something was done with the file: nil, or why it failed. On any thread.
        package var onWork: @Sendable (Work, _ failure: String?) -> Void = { _, _ in }

        package init() {}
    }

    /// What the log does with its file.
    package enum Work: String, Sendable, CaseIterable {
        case append, read
        /// What only time brings: retention, and giving room back.
        case maintenance
    }

    /// What one transaction did for publishers.
    package struct Commit: Sendable {
        package var appends: Int
        package var events: Int
        /// From the transaction's begin until the disk had it.
        package var duration: Duration
    }
}

extension SQLiteLog.Configuration {
    /// As the topics of class memory are kept.
    var memoryClass: MemoryLog.Configuration { inMemory(bytes: memoryBytes) }

    /// As the newest events of the file are kept in memory.
    var recentEvents: MemoryLog.Configuration { inMemory(bytes: recentBytes) }

    private func inMemory(bytes: Int) -> MemoryLog.Configuration {
        MemoryLog.Configuration(
            maximumBytes: bytes, maximumTopics: maximumTopics, topicIdleTime: topicIdleTime, rules: rules,
            idempotencyWindow: idempotencyWindow, maximumIdempotencyKeys: maximumIdempotencyKeys,
            maximumScan: maximumScan, maximumGapScan: maximumGapScan)
    }
}
