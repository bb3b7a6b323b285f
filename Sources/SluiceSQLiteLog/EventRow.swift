internal import Foundation
internal import GRDB
internal import NIOCore
internal import SluiceTopics

/// An event in the file.
enum EventRow {
    static let columns = "position, topic, time, bytes, is_end, is_text, type, content_type, data"

    /// What an event takes in the file, about: its row and its place in the index by topic.
    static func cost(_ bytes: Int) -> Int { bytes + 64 }

    static func insert(_ event: Event, topic: Int64, bytes: Int, _ db: Database) throws {
        try db.cachedStatement(sql: "INSERT INTO events (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)").execute(
            arguments: [
                Int64(event.position), topic, event.time.milliseconds, bytes, event.isEnd,
                event.payload.encoding == .text, event.type, event.payload.contentType,
                Data(event.payload.data.readableBytesView),
            ])
    }

    static func event(_ row: Row, of topic: Topic) -> Event {
        let data: Data = row["data"]
        return Event(
            position: row.number("position"), topic: topic, type: row["type"],
            payload: Payload(
                data: ByteBuffer(bytes: data), encoding: row["is_text"] ? .text : .binary,
                contentType: row["content_type"]),
            time: Timestamp(milliseconds: row["time"]), isEnd: row["is_end"])
    }
}
