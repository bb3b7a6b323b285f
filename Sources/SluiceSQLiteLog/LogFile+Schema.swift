internal import GRDB
internal import SluiceTopics

extension LogFile {
    /// How a file comes from each version of the schema to the next, beginning with an empty file. What was released is
    /// never changed.
    private static let migrations: [@Sendable (Database) throws -> Void] = [makeTables, keepMemoryClass]

    /// SQLite's `user_version` of the log as it is today.
    static var schemaVersion: Int { migrations.count }

    static func migrate(_ db: Database, from version: Int) throws {
        for (number, migration) in migrations.enumerated().dropFirst(version) {
            try db.inTransaction(.immediate) {
                try migration(db)
                try db.execute(sql: "PRAGMA user_version = \(number + 1)")
                return .commit
            }
        }
    }

    @Sendable private static func makeTables(_ db: Database) throws {
        var generator = SystemRandomNumberGenerator()
        try db.execute(
            sql: """
                PRAGMA application_id = \(applicationID);
                CREATE TABLE log (
                    epoch TEXT NOT NULL, head INTEGER NOT NULL, losses INTEGER NOT NULL,
                    collected_through INTEGER NOT NULL, collected_loss INTEGER NOT NULL, bytes INTEGER NOT NULL,
                    events INTEGER NOT NULL);
                CREATE TABLE topics (
                    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, events INTEGER NOT NULL,
                    bytes INTEGER NOT NULL, oldest_time INTEGER NOT NULL, evicted_through INTEGER NOT NULL,
                    last_loss INTEGER NOT NULL, has_loss INTEGER NOT NULL, ended_at INTEGER,
                    empty_since INTEGER NOT NULL);
                CREATE INDEX topics_by_loss ON topics (evicted_through) WHERE has_loss;
                CREATE TABLE events (
                    position INTEGER PRIMARY KEY, topic INTEGER NOT NULL, time INTEGER NOT NULL,
                    bytes INTEGER NOT NULL, is_end INTEGER NOT NULL, is_text INTEGER NOT NULL, type TEXT,
                    content_type TEXT, data BLOB NOT NULL);
                CREATE INDEX events_by_topic ON events (topic, position);
                CREATE TABLE keys (
                    scope BLOB NOT NULL, key BLOB NOT NULL, fingerprint BLOB NOT NULL, first INTEGER NOT NULL,
                    last INTEGER NOT NULL, time INTEGER NOT NULL, PRIMARY KEY (scope, key)) WITHOUT ROWID;
                CREATE INDEX keys_by_time ON keys (time);
                CREATE INDEX keys_by_last ON keys (last);
                """)
        try db.execute(
            sql: "INSERT INTO log VALUES (?, 0, 0, 0, 0, 0, 0)", arguments: [Epoch(using: &generator).text])
    }

    /// Positions for events that are in no file, and which topics those are of; each topic's newest position, so that a
    /// pattern is read without looking at topics that have nothing new.
    @Sendable private static func keepMemoryClass(_ db: Database) throws {
        try db.execute(
            sql: """
                ALTER TABLE log ADD COLUMN reserved INTEGER NOT NULL DEFAULT 0;
                ALTER TABLE log ADD COLUMN classes TEXT NOT NULL DEFAULT '';
                ALTER TABLE topics ADD COLUMN newest INTEGER NOT NULL DEFAULT 0;
                UPDATE topics SET newest = COALESCE((SELECT MAX(position) FROM events WHERE topic = topics.id), 0);
                CREATE INDEX topics_by_last_loss ON topics (last_loss) WHERE has_loss;
                """)
    }
}
