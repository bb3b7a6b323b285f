internal import Foundation
internal import GRDB
package import SluiceLog
package import SluiceTopics

extension SQLiteLogFile {
    /// An event for a new log, from somewhere else.
    package struct ImportedEvent: Sendable {
        package var publication: Publication
        package var time: Timestamp

        package init(_ publication: Publication, time: Timestamp) {
            self.publication = publication
            self.time = time
        }
    }

    /// Makes a log of events, in their order and with their times; positions and epoch are new. No rule takes anything
    /// away: that is left to the gateway that gets the log.
    ///
    /// - Parameter next: the next event; nil at the end.
    /// - Returns: how many there were.
    /// - Throws: `SQLiteLogError`, also when there is a file already; and what `next` throws. Nothing is left then.
    package func `import`(_ next: () throws -> ImportedEvent?) throws -> Int {
        let lock = try FileLock(besides: path)
        defer { lock.remove() }
        return try LogFile.making(path) { unfinished in
            let queue = try LogFile.create(unfinished)
            let count = try queue.writeWithoutTransaction { try take(next, $0) }
            try queue.close()
            return count
        }
    }

    private func take(_ next: () throws -> ImportedEvent?, _ db: Database) throws -> Int {
        var state = try LogState(.withoutLimits, db)
        var count = 0
        var isDone = false
        while !isDone {
            try db.inTransaction {
                for _ in 0..<Self.importStep {
                    guard let event = try next() else {
                        isDone = true
                        break
                    }
                    count += 1
                    try state.take(event, number: count, path: path, db)
                }
                try state.save(db)
                return .commit
            }
            _ = state.committed()
        }
        return count
    }

    /// Events in one transaction.
    private static let importStep = 10_000
}

extension SQLiteLog.Configuration {
    fileprivate static var withoutLimits: SQLiteLog.Configuration {
        var configuration = SQLiteLog.Configuration()
        configuration.rules = (try? Pattern("**")).map { [RetentionRule(pattern: $0)] } ?? []
        configuration.maximumBytes = .max
        configuration.maximumTopics = .max
        return configuration
    }
}

extension LogState {
    fileprivate mutating func take(
        _ event: SQLiteLogFile.ImportedEvent, number: Int, path: String, _ db: Database
    ) throws {
        let reason: String
        switch try append(AppendRequest([event.publication]), at: event.time, db) {
        case .success: return
        case .failure(.topicEnded(let topic)): reason = "the topic '\(topic)' has had its last event before"
        case .failure(let error): reason = "\(error)"
        }
        throw SQLiteLogError.unusable(path: path, reason: "event \(number): \(reason)")
    }
}
