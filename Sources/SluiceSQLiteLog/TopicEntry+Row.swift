internal import GRDB
internal import SluiceTopics

extension TopicEntry {
    /// - Parameter row: of id, name, events, bytes, newest, oldest_time, evicted_through, last_loss, has_loss, ended_at
    ///   and empty_since.
    convenience init(_ row: Row, _ rules: RuleTable) throws {
        let topic = Topic(unchecked: try row.decode(String.self, atIndex: 1))
        var state = TopicState(
            oldestTime: try row.time(5),
            evictedThrough: try row.number(6), lastLoss: try row.number(7),
            emptySince: try row.time(10))
        state.events = try row.count(2)
        state.bytes = try row.count(3)
        state.newest = try row.number(4)
        state.hasLoss = try row.decode(Bool.self, atIndex: 8)
        state.endedAt = row.hasNull(atIndex: 9) ? nil : try row.number(9)
        self.init(
            id: try row.decode(Int64.self, atIndex: 0), topic: topic, limits: rules.limits(for: topic), state: state)
    }

    func insert(_ db: Database) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO topics (events, bytes, newest, oldest_time, evicted_through, last_loss, has_loss, ended_at,
                    empty_since, id, name) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: arguments + [id, topic.name])
    }

    func update(_ db: Database) throws {
        try db.cachedStatement(
            sql: """
                UPDATE topics SET events = ?, bytes = ?, newest = ?, oldest_time = ?, evicted_through = ?,
                    last_loss = ?, has_loss = ?, ended_at = ?, empty_since = ? WHERE id = ?
                """
        ).execute(arguments: arguments + [id])
    }

    func delete(_ db: Database) throws {
        try db.cachedStatement(sql: "DELETE FROM topics WHERE id = ?").execute(arguments: [id])
    }

    private var arguments: StatementArguments {
        [
            state.events, state.bytes, Int64(state.newest), state.oldestTime.milliseconds,
            Int64(state.evictedThrough), Int64(state.lastLoss), state.hasLoss, state.endedAt.map { Int64($0) },
            state.emptySince.milliseconds,
        ]
    }
}
