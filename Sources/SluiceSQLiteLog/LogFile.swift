internal import Foundation
internal import Glibc
internal import GRDB
internal import SluiceTopics

/// The database file: what it is known by, and how safe a commit is.
enum LogFile {
    /// SQLite's `application_id`: "Slce".
    static let applicationID = 0x536C_6365

    /// Two names of one file are one log: the file itself, which has its write-ahead log and its lock beside it.
    static func resolved(_ path: String) -> String { URL(filePath: path).resolvingSymlinksInPath().path }

    static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    /// What tells a file from another one that has its name.
    struct Identity: Equatable {
        let device: UInt
        let inode: UInt

        init(_ status: stat) {
            device = status.st_dev
            inode = status.st_ino
        }
    }

    /// Nil when there is no file.
    static func identity(_ path: String) -> Identity? {
        var status = stat()
        return stat(path, &status) == 0 ? Identity(status) : nil
    }

    /// Opens the log in a file, makes it, or brings it up to the schema of today.
    static func open(_ path: String) throws -> DatabasePool {
        if !exists(path) {
            guard !exists(path + "-wal") else {
                throw SQLiteLogError.unusable(
                    path: path,
                    reason:
                        "it is not there, and its write-ahead log '\(path)-wal' is: put the file back, or move that "
                        + "away to begin a new log")
            }
            try making(path) { try create($0).close() }
        }
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
                try migrate(db, from: try check(db, path: path))
            }
            return pool
        }
    }

    /// Opens the log in a file to look at it, also while a gateway writes it.
    static func openToRead(_ path: String) throws -> DatabaseQueue {
        guard exists(path) else { throw SQLiteLogError.unusable(path: path, reason: "there is no such file") }
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
        var isFolder: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        if isFolder.boolValue { throw SQLiteLogError.unusable(path: path, reason: "it is a folder") }
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw SQLiteLogError.unusable(path: path, reason: "it cannot be read: \(String(cString: strerror(errno)))")
        }
        defer { try? file.close() }
        // SQLite's file format, § 1.3.
        let header = try file.read(upToCount: 72) ?? Data()
        func number(at offset: Int) -> Int { header[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) } }
        guard header.count == 72, header.starts(with: "SQLite format 3\0".utf8), number(at: 68) == applicationID else {
            throw SQLiteLogError.foreign(path: path)
        }
        guard number(at: 60) <= schemaVersion else {
            throw SQLiteLogError.newer(path: path, version: number(at: 60), known: schemaVersion)
        }
        // A file that was never written with a write-ahead log has none; SQLite would take what stands there for it.
        guard header[18] == 2 || SQLiteLog.size(path + "-wal") == 0 else {
            throw SQLiteLogError.unusable(
                path: path,
                reason: "the write-ahead log '\(path)-wal' is of another file, which stood here before: move it and "
                    + "'\(path)-shm' away")
        }
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
