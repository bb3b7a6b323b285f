internal import Foundation
internal import GRDB
internal import Glibc

extension LogFile {
    /// Makes a file under another name first: under its own there is all of it or nothing, also after a crash.
    ///
    /// - Parameter body: fills the file of that other name, which only its owner may read.
    /// - Throws: `SQLiteLogError`, also when there is a file already, and what the body throws. Nothing is left then.
    static func making<Value>(_ destination: String, _ body: (_ unfinished: String) throws -> Value) throws -> Value {
        for file in [destination, destination + "-wal", destination + "-shm"] where exists(file) {
            throw SQLiteLogError.unusable(path: destination, reason: "there is a file '\(file)' already")
        }
        let unfinished = destination + ".unfinished"
        func clear() {
            for suffix in ["", "-journal", "-wal", "-shm"] { unlink(unfinished + suffix) }
        }
        clear()
        defer { clear() }
        let descriptor = Glibc.open(unfinished, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(destination) }
        defer { close(descriptor) }
        let value = try failing(destination) { try body(unfinished) }
        guard fsync(descriptor) == 0, rename(unfinished, destination) == 0 else { throw failure(destination) }
        try synchronizeFolder(of: destination)
        return value
    }

    /// A log without events, in a file that is empty and safe only when `making` is done with it.
    static func create(_ path: String) throws -> DatabaseQueue {
        let queue = try DatabaseQueue(path: path)
        try queue.writeWithoutTransaction { db in
            // Deleted events give their pages back; that has to be decided before there are any.
            try db.execute(sql: "PRAGMA synchronous = OFF; PRAGMA auto_vacuum = INCREMENTAL; VACUUM")
            try migrate(db, from: 0)
        }
        return queue
    }

    /// A file's name is only as safe as the folder that has it.
    private static func synchronizeFolder(of path: String) throws {
        let descriptor = Glibc.open(URL(filePath: path).deletingLastPathComponent().path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        // There are file systems that cannot do that to a folder.
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw failure(path) }
    }

    private static func failure(_ path: String) -> SQLiteLogError {
        .unusable(path: path, reason: String(cString: strerror(errno)))
    }
}
