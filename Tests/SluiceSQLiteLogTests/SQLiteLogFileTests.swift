import Foundation
import GRDB
import NIOCore
import SluiceLog
import SluiceSQLiteLog
import SluiceTopics
import Synchronization
import Testing

@Suite("The file of a log")
struct SQLiteLogFileTests {
    private static func open(
        _ folder: TemporaryFolder, _ adjust: (inout SQLiteLog.Configuration) throws -> Void = { _ in }
    ) throws -> TestLog {
        try TestLog(folder) { configuration in
            configuration.rules = [RetentionRule(pattern: try Pattern("**"), maximumEvents: 3)]
            try adjust(&configuration)
        }
    }

    @Test("has everything that was answered when the log is opened again: events, losses, ends, keys, the epoch")
    func reopening() async throws {
        let folder = try TemporaryFolder()
        let log = try Self.open(folder)
        for number in 1...5 { try await log.append("a", "\(number)", key: "\(number)") }
        try await log.append("b", "last", ends: true)
        // As a crash leaves it, and as the end does.
        let crashed = try log.crashed()
        await log.log.close()
        for left in [crashed, folder] {
            let again = try Self.open(left)
            #expect(again.log.epoch == log.log.epoch && again.log.head == 6)
            let statistics = again.log.statistics
            #expect(statistics.events == 4 && statistics.evictedEvents == 2 && statistics.topics == 2)
            let page = try await again.read("a", at: .after(1))
            #expect(page.texts == ["3", "4", "5"])
            #expect(page.events.first?.type == "t" && page.events.first?.payload.contentType == "text/plain")
            #expect(page.gaps == [try Pattern("a")])
            #expect(try await again.read("a", at: .after(2)).gaps.isEmpty)
            #expect(try await again.read("b", at: .after(6)).ended == [EndedTopic(topic: try Topic("b"), position: 6)])
            #expect(try await again.append("a", "5", key: "5") == Receipt(positions: [5], isRepeat: true))
            await #expect(throws: AppendError.keyReused) { try await again.append("a", "6", key: "5") }
            await #expect(throws: AppendError.topicEnded(try Topic("b"))) { try await again.append("b", "more") }
            #expect(try await again.append("a", "6").positions == [7])
        }
    }

    @Test("is not opened by two, by whichever name")
    func inUse() throws {
        let folder = try TemporaryFolder()
        let log = try Self.open(folder)
        #expect(throws: SQLiteLogError.inUse(path: folder.path("log"))) { try Self.open(folder) }
        try FileManager.default.createSymbolicLink(
            atPath: folder.path("link"), withDestinationPath: folder.path("log"))
        #expect(throws: SQLiteLogError.inUse(path: folder.path("log"))) {
            try SQLiteLog(path: folder.path("link"), configuration: .init(), now: { Timestamp(milliseconds: 0) })
        }
        withExtendedLifetime(log) {}
    }

    @Test("is all of the log once that is closed: a copy of it alone has everything")
    func copy() async throws {
        let folder = try TemporaryFolder()
        let log = try Self.open(folder)
        for number in 1...3 { try await log.append("a", "\(number)") }
        await log.log.close()
        try FileManager.default.copyItem(atPath: folder.path("log"), toPath: folder.path("copy"))
        let copy = try SQLiteLog(
            path: folder.path("copy"), configuration: .init(), now: { Timestamp(milliseconds: 1_700_000_000_000) })
        #expect(copy.statistics.events == 3)
    }

    @Test("tells keys apart whatever they hold, and forgets the oldest beyond the most that are kept")
    func keys() async throws {
        let folder = try TemporaryFolder()
        let log = try Self.open(folder) { $0.maximumIdempotencyKeys = 2 }
        for key in ["a\0b", "a\0c", "a"] { #expect(try await !log.append("t", "x", key: key).isRepeat) }
        await log.maintain()
        #expect(try await log.append("t", "x", key: "a\0c").isRepeat)
        #expect(try await log.append("t", "x", key: "a").isRepeat)
        #expect(try await !log.append("t", "x", key: "a\0b").isRepeat)
    }

    @Test("loses what is too old however much that is, in one go of maintenance")
    func age() async throws {
        let folder = try TemporaryFolder()
        let time = Mutex<Int64>(1_700_000_000_000)
        let log = try TestLog(folder) {
            $0.rules = [RetentionRule(pattern: try Pattern("**"), maximumAge: .seconds(1))]
        } now: {
            Timestamp(milliseconds: time.withLock { $0 })
        }
        let publications = try (0..<3000).map {
            Publication(topic: try Topic("a/\($0 % 2)"), payload: Payload(text: "\($0)"))
        }
        _ = try await log.append(AppendRequest(publications))
        time.withLock { $0 += 5000 }
        await log.maintain()
        #expect(log.log.statistics.events == 0 && log.log.statistics.evictedEvents == 3000)
    }

    @Test("is not one that is something else, and stays as it is")
    func foreign() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("log")
        let text = Data("A letter, and quite long enough to be more than the header of a database file. ".utf8)
        try (text + text).write(to: URL(filePath: path))
        #expect(throws: SQLiteLogError.foreign(path: path)) { try Self.open(folder) }
        #expect(try Data(contentsOf: URL(filePath: path)) == text + text)

        try FileManager.default.removeItem(atPath: path)
        try DatabaseQueue(path: path).write { db in try db.execute(sql: "CREATE TABLE notes (text TEXT)") }
        let database = try Data(contentsOf: URL(filePath: path))
        #expect(throws: SQLiteLogError.foreign(path: path)) { try Self.open(folder) }
        #expect(try Data(contentsOf: URL(filePath: path)) == database)
    }

    @Test("is not made where something is in its place: an empty file, a folder, or a write-ahead log without its file")
    func inItsPlace() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("log")
        try Data().write(to: URL(filePath: path))
        #expect(throws: SQLiteLogError.foreign(path: path)) { try Self.open(folder) }
        #expect(try Data(contentsOf: URL(filePath: path)).isEmpty)
        try FileManager.default.removeItem(atPath: path)

        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        #expect(throws: SQLiteLogError.unusable(path: path, reason: "it is a folder")) { try Self.open(folder) }
        try FileManager.default.removeItem(atPath: path)

        try Data("x".utf8).write(to: URL(filePath: path + "-wal"))
        let error = #expect(throws: SQLiteLogError.self) { try Self.open(folder) }
        #expect(error.map { "\($0)".contains("log-wal") } ?? false)
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    /// SQLite would take the pages of the old file into the new one.
    @Test("does not take the write-ahead log of the file that it replaced: a backup is what it was")
    func restored() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("log")
        let log = try Self.open(folder)
        try await log.append("a", "1")
        try SQLiteLogFile(path).backUp(to: folder.path("backup"))
        try await log.append("a", "2")
        let crashed = try log.crashed()
        try FileManager.default.removeItem(atPath: crashed.path("log"))
        try FileManager.default.copyItem(atPath: folder.path("backup"), toPath: crashed.path("log"))
        let backup = try Data(contentsOf: URL(filePath: crashed.path("log")))
        let error = #expect(throws: SQLiteLogError.self) { try Self.open(crashed) }
        #expect(error.map { "\($0)".contains("log-wal") } ?? false)
        #expect(throws: SQLiteLogError.self) { try SQLiteLogFile(crashed.path("log")).summary() }
        #expect(try Data(contentsOf: URL(filePath: crashed.path("log"))) == backup)

        for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: crashed.path("log" + suffix)) }
        let restored = try Self.open(crashed)
        #expect(try await restored.read("a", at: .earliest).texts == ["1"])
    }

    @Test("is known to be new when it is, and can be read by its owner alone")
    func new() async throws {
        let folder = try TemporaryFolder()
        let log = try Self.open(folder)
        #expect(log.log.isNew)
        try await log.append("a", "1")
        for name in ["log", "log-wal", "log-shm"] {
            let mode = try FileManager.default.attributesOfItem(atPath: folder.path(name))[.posixPermissions] as? Int
            #expect(mode == 0o600)
        }
        await log.log.close()
        #expect(try !Self.open(folder).log.isNew)
    }

    @Test("is missed when somebody removes it from under the gateway")
    func removed() async throws {
        let folder = try TemporaryFolder()
        let log = try Self.open(folder)
        await log.maintain()
        #expect(log.work == [])
        try FileManager.default.moveItem(atPath: folder.path("log"), toPath: folder.path("moved"))
        await log.maintain()
        #expect(log.work == [.failed(.maintenance)])
    }

    @Test("keeps no key when none is to be kept")
    func noKeys() async throws {
        let log = try Self.open(try TemporaryFolder()) { $0.maximumIdempotencyKeys = 0 }
        for _ in 0..<3 { #expect(try await !log.append("a", "x", key: "k").isRepeat) }
        await log.maintain()
        #expect(try SQLiteLogFile(log.folder.path("log")).summary().idempotencyKeys == 0)
    }

    @Test("forgets topics when fewer may be known than it knows")
    func fewerTopics() async throws {
        let folder = try TemporaryFolder()
        let log = try Self.open(folder)
        for number in 0..<50 { try await log.append("a/\(number)", "x") }
        await log.log.close()
        let narrow = try Self.open(folder) { $0.maximumTopics = 10 }
        await narrow.maintain()
        #expect(narrow.log.statistics.topics == 10 && narrow.log.statistics.events == 10)
        #expect(try await !narrow.read("a/0", at: .after(0)).gaps.isEmpty)
        #expect(try await narrow.read("a/49", at: .after(49)).texts == ["x"])
    }

    /// What is in memory and gone from the file must not be handed out: the page would count the loss as known, and the
    /// next one would not tell of it.
    @Test("tells a slow reader of a gap also when memory still has what the file has lost")
    func gapBehindMemory() async throws {
        let log = try Self.open(try TemporaryFolder()) {
            $0.rules = []
            $0.maximumBytes = 64 << 10
        }
        let large = String(repeating: "x", count: 4000)
        for number in 0..<10 { try await log.append("slow", "\(number) \(large)") }
        var place = try await log.read("slow", at: .after(0), limit: 2).next
        for _ in 0..<12 { try await log.append("other", large) }
        var seen = 2
        var gaps = 0
        while true {
            let page = try await log.read("slow", at: place, limit: 2)
            seen += page.events.count
            gaps += page.gaps.count
            place = page.next
            if page.isAtHead { break }
        }
        #expect(seen < 10 && gaps == 1)
    }

    @Test("is looked after in steps that end, also when it says what is not so")
    func wrongCount() async throws {
        let folder = try TemporaryFolder()
        let log = try Self.open(folder)
        try await log.append("a", "1")
        await log.log.close()
        let queue = try DatabaseQueue(path: folder.path("log"))
        try await queue.write { db in try db.execute(sql: "UPDATE topics SET events = 7") }
        try queue.close()
        let again = try Self.open(folder)
        await again.maintain()
        #expect(again.work == [.failed(.maintenance)])
    }

    @Test(
        "is damaged when its numbers are none that a log can have",
        arguments: [
            "UPDATE log SET head = 9223372036854775807", "UPDATE log SET losses = -1",
            "UPDATE topics SET oldest_time = 9223372036854775000", "UPDATE topics SET events = -1",
            "UPDATE topics SET bytes = 4611686018427387904", "UPDATE topics SET ended_at = -5",
        ])
    func absurdNumbers(change: String) async throws {
        let folder = try TemporaryFolder()
        let log = try Self.open(folder)
        try await log.append("a", "1")
        await log.log.close()
        let queue = try DatabaseQueue(path: folder.path("log"))
        try await queue.write { db in try db.execute(sql: change) }
        try queue.close()
        let error = #expect(throws: SQLiteLogError.self) { try Self.open(folder) }
        if case .damaged? = error { return }
        Issue.record("\(String(describing: error))")
    }

    @Test("is not one that a newer gateway has written")
    func newer() async throws {
        let folder = try TemporaryFolder()
        await (try Self.open(folder)).log.close()
        let queue = try DatabaseQueue(path: folder.path("log"))
        try await queue.write { db in try db.execute(sql: "PRAGMA user_version = 99") }
        try queue.close()
        let bytes = try Data(contentsOf: URL(filePath: folder.path("log")))
        #expect(throws: SQLiteLogError.newer(path: folder.path("log"), version: 99, known: 2)) { try Self.open(folder) }
        #expect(try Data(contentsOf: URL(filePath: folder.path("log"))) == bytes)
    }

    @Test("has to be where it can be written")
    func unusable() throws {
        #expect(throws: SQLiteLogError.self) {
            try SQLiteLog(path: "/nowhere/log", configuration: .init(), now: { Timestamp(milliseconds: 0) })
        }
    }

    @Test("stays within its bound: the oldest events of all go first")
    func bound() async throws {
        let folder = try TemporaryFolder()
        let log = try Self.open(folder) {
            $0.rules = []
            $0.maximumBytes = 64 << 10
        }
        for number in 0..<100 { try await log.append("t/\(number % 3)", String(repeating: "x", count: 4000)) }
        #expect(log.log.statistics.bytes <= 64 << 10)
        #expect(log.log.statistics.events > 10)
        let page = try await log.read("**", at: .earliest)
        #expect(page.events.map(\.position) == Array(log.log.head - UInt64(page.events.count) + 1...log.log.head))
    }
}
