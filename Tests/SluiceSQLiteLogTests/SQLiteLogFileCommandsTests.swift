import Foundation
import GRDB
import SluiceLog
import SluiceSQLiteLog
import SluiceTopics
import Testing

@Suite("What operators do with a log's file")
struct SQLiteLogFileCommandsTests {
    private static func filled(_ folder: TemporaryFolder) async throws -> TestLog {
        let log = try TestLog(folder) {
            $0.rules = [RetentionRule(pattern: try Pattern("a"), maximumEvents: 3)]
        }
        for number in 1...5 { try await log.append("a", "\(number)", key: "\(number)") }
        try await log.append("b", "last", ends: true)
        return log
    }

    @Test("a summary says what is there, while a gateway is running on it")
    func summary() async throws {
        let folder = try TemporaryFolder()
        let log = try await Self.filled(folder)
        let summary = try SQLiteLogFile(folder.path("log")).summary()
        #expect(summary.epoch == log.log.epoch && summary.head == 6)
        #expect((summary.topics, summary.endedTopics) == (2, 1))
        #expect((summary.events, summary.evictedEvents, summary.idempotencyKeys) == (4, 2, 5))
        #expect(summary.oldest?.position == 3 && summary.oldest?.topic.name == "a")
        #expect(summary.newest?.position == 6 && summary.newest?.topic.name == "b")
        #expect(summary.fileBytes > 0 && summary.walBytes > 0)
    }

    @Test(
        "what a file says of itself and is not so is found",
        arguments: [
            "UPDATE log SET events = 9", "UPDATE log SET head = 5", "UPDATE topics SET events = 4 WHERE name = 'a'",
            "UPDATE topics SET bytes = 4 WHERE name = 'a'", "UPDATE topics SET evicted_through = 4 WHERE name = 'a'",
            "UPDATE topics SET ended_at = 4 WHERE name = 'a'", "UPDATE topics SET newest = 4 WHERE name = 'a'",
            "DELETE FROM topics WHERE name = 'b'", "UPDATE topics SET last_loss = 7 WHERE name = 'a'",
            "DELETE FROM log", "UPDATE log SET bytes = bytes + 1", "UPDATE log SET epoch = 'no/epoch'",
            "UPDATE log SET head = 9223372036854775807", "UPDATE topics SET bytes = 9223372036854775807",
            "UPDATE topics SET oldest_time = -9223372036854775807", "UPDATE topics SET events = -1",
            "UPDATE topics SET name = 'a//b' WHERE name = 'a'", "UPDATE events SET data = X'FF' WHERE position = 4",
            "UPDATE events SET data = 'longer' WHERE position = 4",
        ])
    func verification(change: String) async throws {
        let folder = try TemporaryFolder()
        let log = try await Self.filled(folder)
        #expect(try SQLiteLogFile(folder.path("log")).problems() == [])
        await log.log.close()
        let queue = try DatabaseQueue(path: folder.path("log"))
        try await queue.write { db in try db.execute(sql: change) }
        try queue.close()
        #expect(try !SQLiteLogFile(folder.path("log")).problems().isEmpty)
    }

    @Test("a backup has all of it under a new epoch, and overwrites nothing")
    func backup() async throws {
        let folder = try TemporaryFolder()
        let log = try await Self.filled(folder)
        try SQLiteLogFile(folder.path("log")).backUp(to: folder.path("copy"))
        #expect(throws: SQLiteLogError.self) { try SQLiteLogFile(folder.path("log")).backUp(to: folder.path("copy")) }
        #expect(try SQLiteLogFile(folder.path("copy")).problems() == [])

        let restored = try TemporaryFolder()
        try FileManager.default.copyItem(atPath: folder.path("copy"), toPath: restored.path("log"))
        let copy = try TestLog(restored)
        #expect(copy.log.epoch != log.log.epoch && copy.log.head == 6)
        #expect(try await copy.read("a", at: .earliest).texts == ["3", "4", "5"])
        #expect(try await copy.append("a", "5", key: "5").isRepeat)
    }

    @Test("a backup's own names are not taken from others, and what is in its way is named")
    func backupInTheWay() async throws {
        let folder = try TemporaryFolder()
        let log = try await Self.filled(folder)
        let copy = folder.path("copy")
        for suffix in ["-wal", "-shm"] {
            try Data("x".utf8).write(to: URL(filePath: copy + suffix))
            let error = #expect(throws: SQLiteLogError.self) { try SQLiteLogFile(folder.path("log")).backUp(to: copy) }
            #expect(error.map { "\($0)".contains("'\(copy + suffix)'") } ?? false)
            try FileManager.default.removeItem(atPath: copy + suffix)
        }
        let error = #expect(throws: SQLiteLogError.self) {
            try SQLiteLogFile(folder.path("log")).backUp(to: folder.path("nowhere/copy"))
        }
        #expect(error.map { "\($0)".contains("nowhere/copy") } ?? false)
        // What was left by one that was killed is in nobody's way.
        try Data("half".utf8).write(to: URL(filePath: copy + ".unfinished"))
        try SQLiteLogFile(folder.path("log")).backUp(to: copy)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path(""))
        #expect(names.sorted() == ["copy", "log", "log-shm", "log-wal", "log.lock"])
        let mode = try FileManager.default.attributesOfItem(atPath: copy)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        withExtendedLifetime(log) {}
    }

    @Test("a log that a gateway has is not compacted, by whichever name, and one that is not there is not made")
    func compactingInUse() async throws {
        let folder = try TemporaryFolder()
        let log = try await Self.filled(folder)
        try FileManager.default.createSymbolicLink(
            atPath: folder.path("link"), withDestinationPath: folder.path("log"))
        #expect(throws: SQLiteLogError.inUse(path: folder.path("log"))) {
            try SQLiteLogFile(folder.path("link")).compact()
        }
        #expect(throws: SQLiteLogError.self) { try SQLiteLogFile(folder.path("none")).compact() }
        #expect(!FileManager.default.fileExists(atPath: folder.path("none")))
        withExtendedLifetime(log) {}
    }

    @Test("what is exported can be imported: events, order, times and ends")
    func exportAndImport() async throws {
        let folder = try TemporaryFolder()
        let log = try await Self.filled(folder)
        var events: [Event] = []
        let epoch = try SQLiteLogFile(folder.path("log")).forEachEvent { event, _ in events.append(event) }
        #expect(epoch == log.log.epoch && events.map(\.text) == ["3", "4", "5", "last"])

        let other = try TemporaryFolder()
        var rest = events[...]
        let next = { () -> SQLiteLogFile.ImportedEvent? in
            rest.popFirst().map { event in
                .init(
                    Publication(
                        topic: event.topic, type: event.type, payload: event.payload, endsTopic: event.isEnd),
                    time: event.time)
            }
        }
        #expect(try SQLiteLogFile(other.path("log")).import(next) == 4)
        #expect(throws: SQLiteLogError.self) { try SQLiteLogFile(other.path("log")).import(next) }
        #expect(try SQLiteLogFile(other.path("log")).problems() == [])
        let imported = try TestLog(other)
        #expect(imported.log.epoch != log.log.epoch)
        let page = try await imported.read("**", at: .earliest)
        #expect(page.texts == events.map(\.text) && page.events.map(\.time) == events.map(\.time))
        #expect(page.events.map(\.isEnd) == [false, false, false, true])
    }

    @Test("what cannot be imported leaves nothing")
    func badImport() throws {
        let folder = try TemporaryFolder()
        let topic = try Topic("a")
        var left = 2
        #expect(throws: SQLiteLogError.self) {
            try SQLiteLogFile(folder.path("log")).import {
                left -= 1
                return .init(
                    Publication(topic: topic, payload: Payload(text: "x"), endsTopic: true),
                    time: Timestamp(milliseconds: 0))
            }
        }
        #expect(left == 0)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("")) == [])
    }

    @Test("a file gives its room back when events go, and all of it when it is compacted")
    func shrinking() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("log")
        let text = String(repeating: "x", count: 10_000)
        let log = try TestLog(folder)
        for _ in 0..<20 { try await log.append("a", text, text, text, text, text, text, text, text, text, text) }
        await log.log.close()
        let full = try SQLiteLogFile(path).summary().fileBytes
        #expect(full > 2_000_000)

        let narrow = try TestLog(folder) {
            $0.rules = [RetentionRule(pattern: try Pattern("a"), maximumEvents: 10)]
        }
        await narrow.maintain()
        #expect(narrow.log.statistics.events == 10 && narrow.log.statistics.evictedEvents == 190)
        #expect(throws: SQLiteLogError.inUse(path: path)) { try SQLiteLogFile(path).compact() }
        await narrow.log.close()
        #expect(try SQLiteLogFile(path).summary().fileBytes < full * 2 / 3)
        try SQLiteLogFile(path).compact()
        let summary = try SQLiteLogFile(path).summary()
        #expect(summary.fileBytes < 200_000 && summary.freeBytes == 0 && summary.events == 10)
    }

    /// As the first schema was, with what the second needs to know of it.
    @Test("a log of an older gateway is brought up to today's schema")
    func migration() async throws {
        let folder = try TemporaryFolder()
        let queue = try DatabaseQueue(path: folder.path("log"))
        try await queue.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA journal_mode = WAL")
            try db.execute(
                sql: """
                    PRAGMA application_id = 1399612261; PRAGMA user_version = 1;
                    CREATE TABLE log (epoch TEXT NOT NULL, head INTEGER NOT NULL, losses INTEGER NOT NULL,
                        collected_through INTEGER NOT NULL, collected_loss INTEGER NOT NULL, bytes INTEGER NOT NULL,
                        events INTEGER NOT NULL);
                    CREATE TABLE topics (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, events INTEGER NOT NULL,
                        bytes INTEGER NOT NULL, oldest_time INTEGER NOT NULL, evicted_through INTEGER NOT NULL,
                        last_loss INTEGER NOT NULL, has_loss INTEGER NOT NULL, ended_at INTEGER,
                        empty_since INTEGER NOT NULL);
                    CREATE INDEX topics_by_loss ON topics (evicted_through) WHERE has_loss;
                    CREATE TABLE events (position INTEGER PRIMARY KEY, topic INTEGER NOT NULL, time INTEGER NOT NULL,
                        bytes INTEGER NOT NULL, is_end INTEGER NOT NULL, is_text INTEGER NOT NULL, type TEXT,
                        content_type TEXT, data BLOB NOT NULL);
                    CREATE INDEX events_by_topic ON events (topic, position);
                    CREATE TABLE keys (scope BLOB NOT NULL, key BLOB NOT NULL, fingerprint BLOB NOT NULL,
                        first INTEGER NOT NULL, last INTEGER NOT NULL, time INTEGER NOT NULL,
                        PRIMARY KEY (scope, key)) WITHOUT ROWID;
                    CREATE INDEX keys_by_time ON keys (time);
                    CREATE INDEX keys_by_last ON keys (last);
                    INSERT INTO log VALUES ('abc', 3, 1, 0, 0, 130, 2);
                    INSERT INTO topics VALUES (1, 'a/1', 2, 2, 1700000000000, 1, 1, 1, NULL, 1700000000000);
                    INSERT INTO events VALUES (2, 1, 1700000000000, 1, 0, 1, NULL, NULL, X'32');
                    INSERT INTO events VALUES (3, 1, 1700000000000, 1, 0, 1, NULL, NULL, X'33');
                    """)
        }
        try queue.close()
        // To look at it does not change it.
        #expect(throws: SQLiteLogError.self) { try SQLiteLogFile(folder.path("log")).summary() }
        let log = try TestLog(folder)
        #expect(log.log.epoch.text == "abc" && log.log.head == 3)
        let page = try await log.read("a/*", at: .after(0))
        #expect(page.texts == ["2", "3"])
        #expect(page.gaps == [try Pattern("a/*")])
        #expect(try await log.append("a/1", "4").positions == [4])
        await log.log.close()
        #expect(try SQLiteLogFile(folder.path("log")).problems() == [])
    }
}
