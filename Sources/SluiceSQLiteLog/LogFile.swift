internal import Foundation
internal import GRDB
internal import SluiceTopics

/// The database file: what it is known by, and how safe a commit is.
enum LogFile {
    /// SQLite's `application_id`: "Slce".
    static let applicationID = 0x536C_6365

    /// Opens the log in a file, makes it, or brings it up to the schema of today.
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
                // A write-ahead log that once was long does not stay so.
                try db.execute(sql: "PRAGMA journal_size_limit = \(64 << 20)")
                try prepare(db, path: path)
            }
            return pool
        }
    }

    /// Opens the log in a file to look at it, also while a gateway writes it.
    static func openToRead(_ path: String) throws -> DatabaseQueue {
        guard FileManager.default.fileExists(atPath: path) else {
            throw SQLiteLogError.unusable(path: path, reason: "there is no such file")
        }
        try checkHeader(path)
        return try failing(path) {
            var configuration = GRDB.Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(5)
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try queue.read { db in
                let version = try check(db, path: path)
                guard version == schemaVersion else {
                    throw SQLiteLogError.unusable(
                        path: path,
                        reason: "it has the schema \(version) of an older gateway: start the gateway on it once")
                }
            }
            return queue
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
        let version = header.dropFirst(60).prefix(4).reduce(0) { $0 << 8 | Int($1) }
        let hasLog = FileManager.default.fileExists(atPath: path + "-wal")
        guard isDatabase, application == applicationID || (application == 0 && hasLog) else {
            throw SQLiteLogError.foreign(path: path)
        }
        guard version <= schemaVersion else {
            throw SQLiteLogError.newer(path: path, version: version, known: schemaVersion)
        }
    }

    /// Checks that the file is a log, and makes an empty one into it.
    private static func prepare(_ db: Database, path: String) throws {
        let application = try Int.fetchOne(db, sql: "PRAGMA application_id") ?? 0
        let isEmpty = try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM sqlite_master") == 0
        if isEmpty, application == 0 {
            // Deleted events give their pages back; that has to be decided before there are any.
            try db.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL; VACUUM")
            try migrate(db, from: 0)
            return try checkpoint(db)
        }
        try migrate(db, from: try check(db, path: path))
    }

    /// - Returns: the version of the log's schema.
    private static func check(_ db: Database, path: String) throws -> Int {
        let application = try Int.fetchOne(db, sql: "PRAGMA application_id") ?? 0
        let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        guard application == applicationID else { throw SQLiteLogError.foreign(path: path) }
        guard version <= schemaVersion else {
            throw SQLiteLogError.newer(path: path, version: version, known: schemaVersion)
        }
        return version
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
        } catch let error as RowDecodingError {
            throw SQLiteLogError.damaged(path: path, reason: "\(error)")
        }
    }
}
