internal import GRDB
internal import SluiceLog
internal import SluiceTopics

/// What the writer knows of the log without asking the file: its counters and its topics. Events are in the file only.
///
/// It changes inside of transactions: `save` brings the file up to date before the commit, `committed` or `rolledBack`
/// comes after it.
struct LogState {
    let configuration: SQLiteLog.Configuration
    let rules: RuleTable

    private(set) var topics: [Topic: TopicEntry] = [:]
    private var topicsByID: [Int64: TopicEntry] = [:]
    private var nextID: Int64 = 1
    var expiring = TopicOrder.expiring
    var idle = TopicOrder.idle
    var active = TopicOrder.active
    /// Topics that hold more than their limits allow: a rule is narrower than it was, or many small events had to make
    /// room for a large one.
    var excessive: [TopicEntry] = []
    /// Whether the file is on its way to give free pages back.
    var isShrinking = false

    var totals: Totals
    /// Before the transaction that is under way.
    private var saved: Totals
    /// What the transaction made, changed and forgot.
    private var made: [TopicEntry] = []
    private var changed: [TopicEntry] = []
    private var forgotten: [TopicEntry] = []

    /// The numbers of the whole log, as a transaction leaves them.
    struct Totals: Equatable {
        var counters: LogCounters
        /// How many idempotency keys are kept.
        var keys: Int
    }

    var counters: LogCounters {
        get { totals.counters }
        set { totals.counters = newValue }
    }

    init(_ configuration: SQLiteLog.Configuration, _ db: Database) throws {
        self.configuration = configuration
        rules = RuleTable(configuration.rules)
        let keys = try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM keys") ?? 0
        totals = Totals(counters: try LogCounters(db), keys: keys)
        saved = totals
        let count = try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM topics") ?? 0
        topics.reserveCapacity(count)
        topicsByID.reserveCapacity(count)
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT id, name, events, bytes, newest, oldest_time, evicted_through, last_loss, has_loss, ended_at,
                    empty_since FROM topics
                """)
        // What is counted twice is taken from the topics: what is evicted is taken from both.
        (counters.events, counters.bytes) = (0, 0)
        while let row = try rows.next() {
            let entry = try TopicEntry(row, rules)
            insert(entry)
            counters.events += entry.state.events
            counters.bytes += entry.state.bytes + entry.state.events * EventRow.cost(0)
            guard counters.bytes <= 1 << 48 else {
                throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "topics count more than a file can hold")
            }
        }
    }

    private mutating func insert(_ entry: TopicEntry) {
        topics[entry.topic] = entry
        topicsByID[entry.id] = entry
        nextID = max(nextID, entry.id + 1)
        place(entry)
    }

    var statistics: LogStatistics {
        LogStatistics(
            topics: topics.count, events: counters.events, bytes: counters.bytes, evictedEvents: counters.losses)
    }

    /// The topics that have had their last event, with its position.
    var ended: [Topic: Position] { topics.compactMapValues(\.state.endedAt) }

    // MARK: Topics

    /// The topic's entry, made if there is none.
    mutating func entry(of topic: Topic, at now: Timestamp, _ db: Database) throws -> TopicEntry {
        if let entry = topics[topic] { return entry }
        if topics.count >= maximumTopics, let victim = idle.first() ?? active.first() {
            // One with very many events goes bit by bit; for so long there is a topic too many.
            try collect(victim, limit: Self.victimWork, at: now, db)
        }
        let state = TopicState(
            oldestTime: now, evictedThrough: counters.collectedThrough, lastLoss: counters.collectedLoss,
            emptySince: now)
        let entry = TopicEntry(id: nextID, topic: topic, limits: rules.limits(for: topic), state: state)
        made.append(entry)
        insert(entry)
        return entry
    }

    private static let victimWork = 1024

    private var maximumTopics: Int { max(1, configuration.maximumTopics) }

    /// Whether there are topics too many.
    var isBeyondTopics: Bool { topics.count > maximumTopics }

    func entry(_ id: Int64) -> TopicEntry? { topicsByID[id] }

    /// Remembers how a topic was, before the transaction changes it.
    mutating func willChange(_ entry: TopicEntry) {
        guard entry.saved == nil else { return }
        entry.saved = entry.state
        changed.append(entry)
    }

    /// Brings a topic's places in the orders up to date with its state.
    mutating func place(_ entry: TopicEntry) {
        expiring.note(entry)
        idle.note(entry)
        active.note(entry)
        if entry.isOverLimit, !entry.isExcessive {
            entry.isExcessive = true
            excessive.append(entry)
        }
    }

    /// Takes the topic out of what is known, once its events are gone. What it lost folds into the one statement about
    /// all topics that the log does not know.
    mutating func forget(_ entry: TopicEntry) {
        willChange(entry)
        counters.collectedThrough = max(counters.collectedThrough, entry.state.evictedThrough)
        counters.collectedLoss = max(counters.collectedLoss, entry.state.lastLoss)
        topics[entry.topic] = nil
        topicsByID[entry.id] = nil
        entry.isCollected = true
        forgotten.append(entry)
    }

    // MARK: Transactions

    /// Brings the file up to date with the counters and topics.
    func save(_ db: Database) throws {
        for entry in made where !entry.isCollected { try entry.insert(db) }
        for entry in changed where !entry.isCollected && entry.saved != entry.state { try entry.update(db) }
        for entry in forgotten { try entry.delete(db) }
        // A transaction that changed nothing is to write nothing.
        if counters != saved.counters { try counters.save(db) }
    }

    /// What a transaction did to topics.
    struct TopicChanges {
        /// Those that the log did not know before.
        var new: Set<Topic> = []
        /// Up to where it may have lost events of these.
        var newLostThrough: Position = 0
        /// What went of those that it knew, up to where.
        var evicted: [(Topic, Position)] = []
        /// Those that have had their last event.
        var ended: [(Topic, Position)] = []
        /// Those that it knows no more.
        var forgotten: [Topic] = []
    }

    mutating func committed() -> TopicChanges {
        defer { endTransaction() }
        var changes = TopicChanges(
            new: Set(made.map(\.topic)), newLostThrough: counters.collectedThrough, forgotten: forgotten.map(\.topic))
        for entry in changed {
            let state = entry.state
            if state.evictedThrough != entry.saved?.evictedThrough {
                changes.evicted.append((entry.topic, state.evictedThrough))
            }
            if let end = state.endedAt, end != entry.saved?.endedAt, !entry.isCollected {
                changes.ended.append((entry.topic, end))
            }
            entry.saved = nil
        }
        saved = totals
        return changes
    }

    /// Makes everything as it was before the transaction.
    mutating func rolledBack() {
        for entry in made {
            topics[entry.topic] = nil
            topicsByID[entry.id] = nil
            entry.isCollected = true
        }
        for entry in changed {
            if let before = entry.saved { entry.state = before }
            entry.saved = nil
        }
        let isNew = Set(made.map(\.id))
        for entry in forgotten where !isNew.contains(entry.id) {
            entry.isCollected = false
            // Where it stood, it may have been taken for one that is gone.
            entry.turns = [nil, nil, nil]
            insert(entry)
        }
        for entry in changed where !entry.isCollected { place(entry) }
        totals = saved
        endTransaction()
    }

    private mutating func endTransaction() {
        made = []
        changed = []
        forgotten = []
    }

    /// What readers are to know of the file once the transaction has ended.
    func view(floor: Position) -> LogFront.FileView {
        LogFront.FileView(floor: floor, losses: counters.losses, reserved: counters.reserved, statistics: statistics)
    }

    /// The oldest place from which gaps are decided exactly.
    func floor(_ db: Database) throws -> Position {
        let beyond = try Int64.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT evicted_through FROM topics WHERE has_loss ORDER BY evicted_through DESC LIMIT 1 OFFSET ?
                    """),
            arguments: [max(1, configuration.maximumGapScan)])
        return max(counters.collectedThrough, Position(beyond ?? 0))
    }
}
