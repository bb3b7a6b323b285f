internal import Foundation
internal import GRDB
internal import SluiceTopics

/// The database file: what it is known by, its schema, and how safe a commit is.
enum LogFile {
    /// SQLite's `application_id`: "Slce".
    private static let applicationID = 0x536C_6365
    static let schemaVersion = 1

    static func open(_ path: String) throws -> DatabasePool {
        try checkHeader(path)
        return try failing(path) {
            var configuration = GRDB.Configuration()
            configuration.maximumReaderCount = 4
            configuration.busyMode = .timeout(5)
            let pool = try DatabasePool(path: path, configuration: configuration)
            try pool.writeWithoutTransaction { db in
                // The answer to a publisher promises more than GRDB's own NORMAL: that the commit is on the disk.
                try db.execute(sql: "PRAGMA synchronous = FULL")
                try prepare(db, path: path)
            }
            return pool
        }
    }

    /// Refuses what is another file before SQLite could change anything in it.
    private static func checkHeader(_ path: String) throws {
        guard let file = FileHandle(forReadingAtPath: path) else { return }
        defer { try? file.close() }
        // SQLite's file format, § 1.3. A log that was just made may have its id in the write-ahead log alone.
        guard let header = try file.read(upToCount: 72), !header.isEmpty else { return }
        let isDatabase = header.count == 72 && header.starts(with: "SQLite format 3\0".utf8)
        let application = header.suffix(4).reduce(0) { $0 << 8 | Int($1) }
        let hasLog = FileManager.default.fileExists(atPath: path + "-wal")
        guard isDatabase, application == applicationID || (application == 0 && hasLog) else {
            throw SQLiteLogError.foreign(path: path)
        }
    }

    /// Checks that the file is a log, and makes an empty one into it.
    private static func prepare(_ db: Database, path: String) throws {
        let application = try Int.fetchOne(db, sql: "PRAGMA application_id") ?? 0
        let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        let isEmpty = try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM sqlite_master") == 0
        if isEmpty, application == 0 {
            try create(db)
            return try checkpoint(db)
        }
        guard application == applicationID else { throw SQLiteLogError.foreign(path: path) }
        guard version <= schemaVersion else {
            throw SQLiteLogError.newer(path: path, version: version, known: schemaVersion)
        }
    }

    private static func create(_ db: Database) throws {
        var generator = SystemRandomNumberGenerator()
        try db.inTransaction(.immediate) {
            try db.execute(sql: "PRAGMA application_id = \(applicationID)")
            try db.execute(sql: "PRAGMA user_version = \(schemaVersion)")
            try db.execute(
                sql: """
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
            return .commit
        }
    }

    /// Moves everything from the write-ahead log into the file.
    static func checkpoint(_ db: Database) throws {
        try db.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
    }

    static func epoch(_ db: Database) throws -> Epoch {
        guard let text = try String.fetchOne(db, sql: "SELECT epoch FROM log"), let epoch = Epoch(text) else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "it has no epoch")
        }
        return epoch
    }

    /// Says what SQLite's errors mean for a log.
    static func failing<Value>(_ path: String, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as DatabaseError {
            let reason = error.message ?? "\(error)"
            switch error.resultCode {
            case .SQLITE_NOTADB: throw SQLiteLogError.foreign(path: path)
            case .SQLITE_CORRUPT: throw SQLiteLogError.damaged(path: path, reason: reason)
            default: throw SQLiteLogError.unusable(path: path, reason: reason)
            }
        }
    }
}
