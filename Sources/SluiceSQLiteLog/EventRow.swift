internal import Foundation
internal import GRDB
internal import NIOCore
internal import SluiceTopics

/// An event in the file.
enum EventRow {
    static let columns = "position, topic, time, bytes, is_end, is_text, type, content_type, data"

    /// What an event takes in the file, about: its row and its place in the index by topic.
    static func cost(_ bytes: Int) -> Int { bytes + 64 }

    /// How much there is to do to write or delete an event: one, and one more for each page that its data fill.
    static func work(_ bytes: Int) -> Int { 1 + bytes / 4096 }

    static func insert(_ event: Event, topic: Int64, bytes: Int, _ db: Database) throws {
        try db.cachedStatement(sql: "INSERT INTO events (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)").execute(
            arguments: [
                Int64(event.position), topic, event.time.milliseconds, bytes, event.isEnd,
                event.payload.encoding == .text, event.type, event.payload.contentType,
                Data(event.payload.data.readableBytesView),
            ])
    }

    /// - Parameter row: of `columns`.
    static func event(_ row: Row, of topic: Topic) throws -> Event {
        let data = try row.withUnsafeData(atIndex: 8) { ByteBuffer(bytes: $0 ?? Data()) }
        return Event(
            position: try row.number(0), topic: topic, type: try row.decode(String?.self, atIndex: 6),
            payload: Payload(
                data: data, encoding: try row.decode(Bool.self, atIndex: 5) ? .text : .binary,
                contentType: try row.decode(String?.self, atIndex: 7)),
            time: try row.time(2),
            isEnd: try row.decode(Bool.self, atIndex: 4))
    }
}
