internal import GRDB
internal import SluiceTopics

extension SQLiteLogFile {
    /// Copies the log as it is at one moment, also while a gateway writes it. The copy is a log of a new epoch: whoever
    /// goes back to it tells every client of a gap, as there may be events that clients have seen and it has not.
    ///
    /// - Parameter destination: where no file may be yet.
    /// - Throws: `SQLiteLogError`
    package func backUp(to destination: String) throws {
        let destination = LogFile.resolved(destination)
        let lock = try FileLock(besides: destination)
        defer { lock.remove() }
        try LogFile.making(destination) { unfinished in
            let queue = try LogFile.openToRead(path)
            try LogFile.failing(path) {
                do {
                    try queue.writeWithoutTransaction { db in
                        try db.execute(sql: "VACUUM INTO ?", arguments: [unfinished])
                    }
                } catch let error as DatabaseError where error.resultCode != .SQLITE_CORRUPT {
                    throw SQLiteLogError.unusable(path: destination, reason: error.message ?? "\(error)")
                }
            }
            var generator = SystemRandomNumberGenerator()
            let copy = try DatabaseQueue(path: unfinished)
            try copy.write { db in
                try db.execute(sql: "UPDATE log SET epoch = ?", arguments: [Epoch(using: &generator).text])
            }
            try copy.close()
        }
    }

    /// Writes the file anew without what is free in it. No gateway may have it, and there has to be room for a second one.
    ///
    /// - Throws: `SQLiteLogError`
    package func compact() throws {
        guard LogFile.exists(path) else { throw SQLiteLogError.unusable(path: path, reason: "there is no such file") }
        let lock = try FileLock(besides: path)
        defer { lock.release() }
        let pool = try LogFile.open(path)
        try LogFile.failing(path) {
            try pool.writeWithoutTransaction { db in
                // What a file of an older gateway did not do: give pages back from now on.
                try db.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL; VACUUM")
                try LogFile.checkpoint(db)
            }
            try pool.close()
        }
    }
}
