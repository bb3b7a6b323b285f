internal import Foundation
internal import GRDB
internal import SluiceTopics

extension SQLiteLogFile {
    /// Copies the log as it is at one moment, also while a gateway writes it. The copy is a log of a new epoch: whoever
    /// goes back to it tells every client of a gap, as there may be events that clients have seen and it has not.
    ///
    /// - Parameter destination: where no file may be yet.
    /// - Throws: `SQLiteLogError`
    package func backUp(to destination: String) throws {
        try making(destination) { unfinished in
            let queue = try LogFile.openToRead(path)
            try LogFile.failing(path) {
                try queue.writeWithoutTransaction { db in
                    try db.execute(sql: "VACUUM INTO ?", arguments: [unfinished])
                }
            }
            try LogFile.failing(unfinished) {
                var generator = SystemRandomNumberGenerator()
                let copy = try DatabaseQueue(path: unfinished)
                try copy.write { db in
                    try db.execute(sql: "UPDATE log SET epoch = ?", arguments: [Epoch(using: &generator).text])
                }
                try copy.close()
            }
        }
    }

    /// Makes a file under another name first: under its own there is all of it or nothing.
    func making<Value>(_ destination: String? = nil, _ body: (_ unfinished: String) throws -> Value) throws -> Value {
        let destination = destination ?? path
        let unfinished = destination + ".unfinished"
        let leftovers = ["", "-wal", "-shm", ".lock"].map { unfinished + $0 }
        func clear() { for file in leftovers { try? FileManager.default.removeItem(atPath: file) } }
        guard !FileManager.default.fileExists(atPath: destination) else {
            throw SQLiteLogError.unusable(path: destination, reason: "there is a file already")
        }
        clear()
        defer { clear() }
        let value = try body(unfinished)
        do {
            let file = try FileHandle(forUpdating: URL(filePath: unfinished))
            try file.synchronize()
            try file.close()
            try FileManager.default.moveItem(atPath: unfinished, toPath: destination)
        } catch {
            throw SQLiteLogError.unusable(path: destination, reason: "\(error)")
        }
        return value
    }

    /// Writes the file anew without what is free in it. No gateway may have it, and there has to be room for a second one.
    ///
    /// - Throws: `SQLiteLogError`
    package func compact() throws {
        try withLog { pool in
            try pool.writeWithoutTransaction { db in
                // What a file of an older gateway did not do: give pages back from now on.
                try db.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL; VACUUM")
                try LogFile.checkpoint(db)
            }
        }
    }

    /// Has the log for itself, in place of a gateway.
    func withLog(_ body: (DatabasePool) throws -> Void) throws {
        let lock = try FileLock(besides: path)
        defer { lock.release() }
        let pool = try LogFile.open(path)
        try LogFile.failing(path) {
            try body(pool)
            try pool.close()
        }
    }
}
