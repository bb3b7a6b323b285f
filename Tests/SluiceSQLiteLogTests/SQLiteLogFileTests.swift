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
        _ folder: TemporaryFolder, _ adjust: (inout SQLiteLog.Configuration) -> Void = { _ in }
    ) throws -> SQLiteLog {
        var configuration = SQLiteLog.Configuration()
        configuration.rules = [RetentionRule(pattern: try Pattern("**"), maximumEvents: 3)]
        adjust(&configuration)
        return try SQLiteLog(path: folder.path("log"), configuration: configuration) {
            Timestamp(milliseconds: 1_700_000_000_000)
        }
    }

    private static func append(
        _ log: SQLiteLog, _ topic: String, _ text: String, key: String? = nil, ends: Bool = false
    ) async throws -> Receipt {
        let publication = Publication(
            topic: try Topic(topic), type: "t", payload: Payload(text: text, contentType: "text/plain"), endsTopic: ends
        )
        let key = key.map { IdempotencyKey(scope: "s", key: $0, fingerprint: Array(text.utf8)) }
        return try await withCheckedContinuation { continuation in
            log.append(AppendRequest([publication], idempotencyKey: key)) { continuation.resume(returning: $0) }
        }.get()
    }

    private static func read(_ log: SQLiteLog, _ pattern: String, _ place: ReadPlace) async throws -> Page {
        let request = ReadRequest(
            selection: [try Pattern(pattern)], place: place, maximumEvents: 100, maximumBytes: 1 << 20)
        return try await withCheckedContinuation { continuation in
            log.read(request) { continuation.resume(returning: $0) }
        }.get()
    }

    @Test("has everything that was answered when the log is opened again: events, losses, ends, keys, the epoch")
    func reopening() async throws {
        let folder = try TemporaryFolder()
        var log: SQLiteLog? = try Self.open(folder)
        let epoch = try #require(log?.epoch)
        if let log {
            for number in 1...5 { _ = try await Self.append(log, "a", "\(number)", key: "\(number)") }
            _ = try await Self.append(log, "b", "last", ends: true)
        }
        log = nil
        let again = try Self.open(folder)
        #expect(again.epoch == epoch && again.head == 6)
        #expect(again.statistics.events == 4 && again.statistics.evictedEvents == 2 && again.statistics.topics == 2)
        let page = try await Self.read(again, "a", .after(1))
        #expect(page.events.map { String(buffer: $0.payload.data) } == ["3", "4", "5"])
        #expect(page.events.first?.type == "t" && page.events.first?.payload.contentType == "text/plain")
        #expect(page.gaps == [try Pattern("a")])
        #expect(try await Self.read(again, "a", .after(2)).gaps.isEmpty)
        #expect(try await Self.append(again, "a", "5", key: "5") == Receipt(positions: [5], isRepeat: true))
        await #expect(throws: AppendError.keyReused) { try await Self.append(again, "a", "6", key: "5") }
        await #expect(throws: AppendError.topicEnded(try Topic("b"))) { try await Self.append(again, "b", "more") }
        #expect(try await Self.append(again, "a", "6").positions == [7])
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
        for number in 1...3 { _ = try await Self.append(log, "a", "\(number)") }
        await log.close()
        try FileManager.default.copyItem(atPath: folder.path("log"), toPath: folder.path("copy"))
        let copy = try SQLiteLog(
            path: folder.path("copy"), configuration: .init(), now: { Timestamp(milliseconds: 1_700_000_000_000) })
        #expect(try await Self.read(copy, "a", .earliest).events.count == 3)
    }

    @Test("tells keys apart whatever they hold, and forgets the oldest beyond the most that are kept")
    func keys() async throws {
        let folder = try TemporaryFolder()
        let log = try Self.open(folder) { $0.maximumIdempotencyKeys = 2 }
        for key in ["a\0b", "a\0c", "a"] { #expect(try await !Self.append(log, "t", "x", key: key).isRepeat) }
        await withCheckedContinuation { continuation in log.maintain { continuation.resume() } }
        #expect(try await Self.append(log, "t", "x", key: "a\0c").isRepeat)
        #expect(try await Self.append(log, "t", "x", key: "a").isRepeat)
        #expect(try await !Self.append(log, "t", "x", key: "a\0b").isRepeat)
    }

    @Test("loses what is too old however much that is, in one go of maintenance")
    func age() async throws {
        let folder = try TemporaryFolder()
        let time = Mutex<Int64>(1_700_000_000_000)
        var configuration = SQLiteLog.Configuration()
        configuration.rules = [RetentionRule(pattern: try Pattern("**"), maximumAge: .seconds(1))]
        let log = try SQLiteLog(path: folder.path("log"), configuration: configuration) {
            Timestamp(milliseconds: time.withLock { $0 })
        }
        let publications = try (0..<1000).map { Publication(topic: try Topic("a"), payload: Payload(text: "\($0)")) }
        _ = try await withCheckedContinuation { continuation in
            log.append(AppendRequest(publications)) { continuation.resume(returning: $0) }
        }.get()
        time.withLock { $0 += 5000 }
        await withCheckedContinuation { continuation in log.maintain { continuation.resume() } }
        #expect(log.statistics.events == 0 && log.statistics.evictedEvents == 1000)
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

    @Test("is not one that a newer gateway has written")
    func newer() throws {
        let folder = try TemporaryFolder()
        _ = try Self.open(folder)
        try DatabaseQueue(path: folder.path("log")).write { db in try db.execute(sql: "PRAGMA user_version = 99") }
        #expect(throws: SQLiteLogError.newer(path: folder.path("log"), version: 99, known: 1)) { try Self.open(folder) }
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
        for number in 0..<100 { _ = try await Self.append(log, "t/\(number % 3)", String(repeating: "x", count: 4000)) }
        #expect(log.statistics.bytes <= 64 << 10)
        #expect(log.statistics.events > 10)
        let page = try await Self.read(log, "**", .earliest)
        #expect(page.events.map(\.position) == Array(log.head - UInt64(page.events.count) + 1...log.head))
    }
}
