import Foundation
import GRDB
import SluiceLog
import SluiceTestSupport
import SluiceTopics
import Synchronization
import Testing

@testable import SluiceSQLiteLog

@Suite("A log in a file, when something is wrong")
struct SQLiteLogFaultTests {
    private static let large = String(repeating: "x", count: 20_000)

    /// As a disk that is full, to SQLite: the file may not grow.
    private static func fill(_ log: TestLog) throws {
        try log.log.pool.writeWithoutTransaction { db in
            let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
            _ = try Int.fetchOne(db, sql: "PRAGMA max_page_count = \(pages)")
        }
    }

    private static func free(_ log: TestLog) throws {
        try log.log.pool.writeWithoutTransaction { db in
            _ = try Int.fetchOne(db, sql: "PRAGMA max_page_count = \(1 << 30)")
        }
    }

    private static func isFull(_ error: (any Error)?) -> Bool {
        if case AppendError.storageFull? = error as? AppendError { true } else { false }
    }

    @Test(
        "a full disk refuses what it has no room for, whole; reading goes on, and so does all when there is room again")
    func fullDisk() async throws {
        let log = try TestLog(try TemporaryFolder()) { $0.recentBytes = 0 }
        try await log.append("a", "1")
        try Self.fill(log)
        let error = await #expect(throws: AppendError.self) {
            try await log.append("a", "small", Self.large, Self.large, key: "k")
        }
        #expect(Self.isFull(error))
        #expect(try await log.read("a", at: .earliest).texts == ["1"])
        #expect(log.log.head == 1 && log.log.statistics.events == 1 && log.sink.count == 1)

        try Self.free(log)
        let receipt = try await log.append("a", "small", Self.large, Self.large, key: "k")
        #expect(receipt == Receipt(positions: [2, 3, 4], isRepeat: false))
        #expect(log.sink.map(\.position) == [1, 2, 3, 4])
        #expect(log.work == [.committed(1), .failed(.append), .committed(1)])
        #expect(try SQLiteLogFile(log.folder.path("log")).problems() == [])
    }

    /// What the writer knows without the file has to go back with a transaction that failed: topics that are new, that
    /// lost events, and that were forgotten.
    @Test(
        "after any number of failures the log knows exactly what its file says", arguments: 1...4 as ClosedRange<UInt64>
    )
    func rollingBack(seed: UInt64) async throws {
        var generator = SplitMix64(seed: seed)
        let log = try TestLog(try TemporaryFolder()) {
            $0.rules = [RetentionRule(pattern: try Pattern("**"), maximumEvents: 4)]
            $0.maximumTopics = 6
            $0.maximumBytes = 200_000
        }
        var failures = 0
        for number in 0..<120 {
            if number % 10 == 3 { try Self.fill(log) }
            if number % 10 == 8 { try Self.free(log) }
            let topic = "t/\(Int.random(in: 0..<9, using: &generator))"
            let text = Bool.random(using: &generator) ? Self.large : "\(number)"
            do {
                try await log.append(topic, text, "\(number)", ends: false)
            } catch {
                #expect(Self.isFull(error))
                failures += 1
            }
            if number % 7 == 0 { await log.maintain() }
        }
        #expect(failures > 5)
        try Self.free(log)
        try await log.append("t/1", "last")
        #expect(try SQLiteLogFile(log.folder.path("log")).problems() == [])
        // What it knew is what a new process finds.
        let again = try TestLog(try log.crashed()) { $0.maximumTopics = 6 }
        #expect(again.log.statistics.events == log.log.statistics.events)
        #expect(again.log.statistics.topics == log.log.statistics.topics)
        #expect(again.log.statistics.bytes == log.log.statistics.bytes)
        #expect(log.sink.map(\.position) == log.sink.map(\.position).sorted())
    }

    @Test("topics of class memory do not need the disk")
    func memoryClass() async throws {
        let log = try TestLog(try TemporaryFolder()) {
            $0.rules = [RetentionRule(pattern: try Pattern("m"), durability: .memory)]
        }
        try Self.fill(log)
        await #expect(throws: AppendError.self) { try await log.append("d", Self.large) }
        try await log.append("m", Self.large)
        #expect(log.sink.map(\.topic.name) == ["m"])
    }

    @Test("topics of class memory do not need the disk when they wait behind others that do")
    func memoryClassBehind() async throws {
        let log = try TestLog(try TemporaryFolder()) {
            $0.rules = [RetentionRule(pattern: try Pattern("m"), durability: .memory)]
        }
        try Self.fill(log)
        let results = Mutex<[Result<Receipt, AppendError>]>([])
        log.log.queue.sync {
            for (topic, text) in [("d", Self.large), ("m", "1"), ("d", Self.large), ("m", "2")] {
                guard let topic = try? Topic(topic) else { return }
                let request = AppendRequest([Publication(topic: topic, payload: Payload(text: text))])
                log.log.append(request) { result in results.withLock { $0.append(result) } }
            }
            #expect(results.withLock { $0 }.isEmpty)
        }
        log.log.queue.sync {}
        let done = results.withLock { $0 }
        #expect(done.map { (try? $0.get())?.positions } == [nil, [1], nil, [2]])
        #expect(log.sink.map(\.text) == ["1", "2"])
    }

    @Test("one append that cannot be stored does not take those with it that are committed together")
    func oneOfMany() async throws {
        let log = try TestLog(try TemporaryFolder())
        try await log.append("good", "1")
        // A topic's row that cannot be written, as a damaged page would make it.
        try await log.log.pool.write { db in
            try db.execute(
                sql: """
                    CREATE TRIGGER broken BEFORE INSERT ON topics WHEN NEW.name = 'bad'
                    BEGIN SELECT RAISE(ABORT, 'broken'); END
                    """)
        }
        let results = await withTaskGroup(of: (String, Bool).self) { group in
            for number in 0..<40 {
                let topic = number % 4 == 0 ? "bad" : "good"
                group.addTask { (topic, (try? await log.append(topic, "\(number)")) != nil) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(results.allSatisfy { topic, isStored in isStored == (topic == "good") })
        #expect(try await log.read("**", at: .earliest).events.count == 31)
    }

    @Test("a commit is on the disk before it is answered: synchronous is FULL")
    func synchronous() async throws {
        let log = try TestLog(try TemporaryFolder())
        let mode = try await log.log.pool.writeWithoutTransaction { db in
            try Int.fetchOne(db, sql: "PRAGMA synchronous")
        }
        #expect(mode == 2)
    }

    @Test("a damaged file is refused or its damage is named, and it is not replaced", arguments: [0, 1, 2, 3])
    func damage(page: Int) async throws {
        let folder = try TemporaryFolder()
        let log = try TestLog(folder)
        for number in 0..<50 { try await log.append("a/\(number)", Self.large) }
        await log.log.close()
        var bytes = try Data(contentsOf: URL(filePath: folder.path("log")))
        // Behind the header by which the file is known.
        let start = page * 4096 + (page == 0 ? 100 : 0)
        bytes.replaceSubrange(start..<start + 2000, with: Data(repeating: 0xA5, count: 2000))
        try bytes.write(to: URL(filePath: folder.path("log")))
        do {
            #expect(try !SQLiteLogFile(folder.path("log")).problems().isEmpty)
        } catch {
            #expect(error is SQLiteLogError)
        }
        do {
            let again = try TestLog(folder)
            _ = try? await again.read("**", at: .earliest)
            await again.log.close()
        } catch {
            guard case SQLiteLogError.damaged? = error as? SQLiteLogError else {
                Issue.record("\(error)")
                return
            }
            // SQLite itself counts in the file who opened it; its contents are what they were.
            let after = try Data(contentsOf: URL(filePath: folder.path("log")))
            #expect(after.count >= bytes.count && after[start..<start + 2000] == bytes[start..<start + 2000])
            #expect(after.range(of: Data(Self.large.utf8.prefix(2000))) != nil)
        }
    }

    @Test("a folder that is missing or cannot be written is named")
    func folder() throws {
        let folder = try TemporaryFolder()
        for path in [folder.path("nowhere/log"), "/proc/log"] {
            let error = #expect(throws: SQLiteLogError.self) {
                try SQLiteLog(path: path, configuration: .init(), now: { Timestamp(milliseconds: 0) })
            }
            #expect(error.map { "\($0)".contains(path) } ?? false)
        }
    }
}
