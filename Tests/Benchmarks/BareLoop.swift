import Foundation
import GRDB
import NIOCore
import SluiceSQLiteLog
import SluiceTopics

/// The rows that the log writes for as many publishes, inserted by a loop that does nothing else: with the log's tables,
/// indexes and pragmas.
struct BareLoop {
    enum Rows: CaseIterable {
        case events
        /// And what the log keeps of each topic and of itself.
        case all
    }

    private let pool: DatabasePool
    private let topics: Int
    private let data: Data

    init(path: String, topics: Int, data: ByteBuffer) throws {
        // Its tables, by the log itself.
        _ = try SQLiteLog(path: path, configuration: .init()) { Timestamp(milliseconds: 0) }
        pool = try DatabasePool(path: path)
        self.topics = topics
        self.data = Data(data.readableBytesView)
        try pool.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA synchronous = FULL; PRAGMA journal_size_limit = \(64 << 20)")
            for topic in 1...topics {
                try db.execute(
                    sql: """
                        INSERT INTO topics (id, name, events, bytes, oldest_time, evicted_through, last_loss, has_loss,
                            empty_since, newest) VALUES (?, ?, 0, 0, 0, 0, 0, 0, 0, 0)
                        """, arguments: [topic, "topic/\(topic)"])
            }
        }
    }

    /// - Returns: events a second.
    func run(_ rows: Rows, by size: Int, seconds: Double) throws -> Double {
        var position: Int64 = 0
        let began = ContinuousClock.now
        let end = began + .seconds(seconds)
        try pool.writeWithoutTransaction { db in
            let insert = try db.makeStatement(
                sql: """
                    INSERT INTO events (position, topic, time, bytes, is_end, is_text, type, content_type, data)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """)
            let topic = try db.makeStatement(
                sql: """
                    UPDATE topics SET events = ?, bytes = ?, newest = ?, oldest_time = ?, evicted_through = ?,
                        last_loss = ?, has_loss = ?, ended_at = ?, empty_since = ? WHERE id = ?
                    """)
            let log = try db.makeStatement(
                sql: "UPDATE log SET (head, reserved, losses, bytes, events) = (?, ?, ?, ?, ?)")
            while ContinuousClock.now < end {
                try db.inTransaction(.immediate) {
                    for number in 0..<size {
                        position += 1
                        let id = Int64(number % topics + 1)
                        try insert.execute(
                            arguments: [position, id, 1_700_000_000_000, data.count, false, true, nil, nil, data])
                        guard rows == .all else { continue }
                        try topic.execute(
                            arguments: [position, position, position, 1_700_000_000_000, 0, 0, false, nil, 0, id])
                    }
                    if rows == .all { try log.execute(arguments: [position, 0, 0, position, position]) }
                    return .commit
                }
            }
        }
        return Double(position) / began.duration(to: .now).seconds
    }
}

/// What the disk takes for a write and `fdatasync`, and nothing else.
enum SyncLoop {
    /// - Returns: the median in milliseconds.
    static func run(path: String, seconds: Double) throws -> Double {
        let descriptor = open(path, O_RDWR | O_CREAT, 0o600)
        guard descriptor >= 0 else { throw CocoaError(.fileWriteUnknown) }
        defer { close(descriptor) }
        let page = [UInt8](repeating: 1, count: 4096)
        var waits: [Double] = []
        let end = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < end {
            let began = ContinuousClock.now
            guard write(descriptor, page, page.count) == page.count, fdatasync(descriptor) == 0 else {
                throw CocoaError(.fileWriteUnknown)
            }
            waits.append(began.duration(to: .now).milliseconds)
        }
        return waits.median
    }
}
