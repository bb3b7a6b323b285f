import Foundation
import NIOCore
import SluiceLog
import SluiceMemoryLog
import SluiceTestSupport
import SluiceTopics
import Synchronization
import Testing

@testable import SluiceSQLiteLog

@Suite("Topics of class memory, beside a file")
struct DurabilityClassTests {
    private static func ephemeral(_ configuration: inout SQLiteLog.Configuration) throws {
        configuration.rules = [RetentionRule(pattern: try Pattern("m/**"), durability: .memory)]
    }

    @Test("go with a crash: a cursor from before it has a gap where such a topic can match, and nowhere else")
    func crash() async throws {
        let before = try TestLog(try TemporaryFolder(), Self.ephemeral)
        try await before.append("d", "1")
        let last = try await before.append("m/1", "2", "3").positions[1]
        let after = try TestLog(try before.crashed(), Self.ephemeral)
        #expect(after.log.epoch == before.log.epoch)

        for pattern in ["m/1", "m/*", "**", "*/1"] {
            let page = try await after.read(pattern, at: .after(last - 1))
            #expect(page.gaps == [try Pattern(pattern)] && page.events.isEmpty)
            #expect(try await after.read(pattern, at: page.next).gaps.isEmpty)
        }
        for pattern in ["d", "d/*", "n/**"] { #expect(try await after.read(pattern, at: .after(last)).gaps.isEmpty) }
        #expect(try await after.read("**", at: .earliest).texts == ["1"])
        // Positions are not given twice.
        for topic in ["m/1", "d"] { #expect(try await after.append(topic, "4").positions[0] > last) }
        #expect(try await after.read("m/*", "d", at: .after(last)).texts == ["4", "4"])
    }

    @Test("lose nothing that a cursor at the head has not seen, when the log was closed")
    func closing() async throws {
        let folder = try TemporaryFolder()
        let before = try TestLog(folder, Self.ephemeral)
        let last = try await before.append("m/1", "1").positions[0]
        await before.log.close()
        let after = try TestLog(folder, Self.ephemeral)
        #expect(try await after.read("m/1", at: .after(last)).gaps.isEmpty)
        #expect(try await !after.read("m/1", at: .after(last - 1)).gaps.isEmpty)
    }

    @Test("are never in the file")
    func file() async throws {
        let log = try TestLog(try TemporaryFolder(), Self.ephemeral)
        try await log.append("m/1", "a secret")
        try await log.append("d", "another")
        let files = try ["log", "log-wal"].map { try Data(contentsOf: URL(filePath: log.folder.path($0))) }
        #expect(files.contains { $0.contains("another".utf8) })
        #expect(!files.contains { $0.contains("a secret".utf8) })
    }

    @Test("become a gap when a rule moves them to the disk")
    func reclassified() async throws {
        let folder = try TemporaryFolder()
        let before = try TestLog(folder, Self.ephemeral)
        let place = try await before.append("d", "1").positions[0]
        try await before.append("m/1", "2")
        await before.log.close()
        let after = try TestLog(folder)
        for pattern in ["m/1", "m/*"] { #expect(try await !after.read(pattern, at: .after(place)).gaps.isEmpty) }
        #expect(try await after.read("d", at: .after(place)).gaps.isEmpty)
    }

    @Test("become a gap after a crash when a rule moved them from the disk")
    func movedToMemory() async throws {
        let folder = try TemporaryFolder()
        let disk = try TestLog(folder)
        let first = try await disk.append("m/1", "1").positions[0]
        await disk.log.close()
        let memory = try TestLog(folder, Self.ephemeral)
        let second = try await memory.append("m/1", "2").positions[0]
        let after = try TestLog(try memory.crashed(), Self.ephemeral)
        for place in [first, second - 1] {
            #expect(try await after.read("m/1", at: .after(place)).gaps == [try Pattern("m/1")])
        }
    }

    @Test("leave patterns alone whose topics all have an earlier rule of the other class")
    func earlierRule() async throws {
        func classes(_ configuration: inout SQLiteLog.Configuration) throws {
            configuration.rules = [
                RetentionRule(pattern: try Pattern("d/**")),
                RetentionRule(pattern: try Pattern("**"), durability: .memory),
            ]
        }
        let before = try TestLog(try TemporaryFolder(), classes)
        let place = try await before.append("d/1", "1").positions[0]
        try await before.append("m", "2")
        let after = try TestLog(try before.crashed(), classes)
        for pattern in ["d/1", "d/*", "d/**"] {
            #expect(try await after.read(pattern, at: .after(place)).gaps.isEmpty)
        }
        for pattern in ["m", "*/1", "**"] { #expect(try await !after.read(pattern, at: .after(place)).gaps.isEmpty) }
    }

    /// Positions are reserved beside appends of class memory that need none of the new ones yet.
    @Test("go on while positions are reserved for them")
    func reserving() async throws {
        let calls = Mutex(0)
        let holder = Mutex<TestLog?>(nil)
        let log = try TestLog(try TemporaryFolder(), Self.ephemeral) {
            // The writer asks for the time when it has taken what there is to do, and has not begun.
            if let log = holder.withLock({ $0 }),
                calls.withLock({
                    $0 += 1; return $0 == 2
                }),
                let publication = try? Publication(topic: Topic("m/1"), payload: Payload(text: "between"))
            {
                log.log.append(AppendRequest([publication])) { _ in }
            }
            return Timestamp(milliseconds: 1_700_000_000_000)
        }
        let view = LogFront.FileView(floor: 0, losses: 0, reserved: 10, statistics: log.log.statistics)
        log.log.front.withLock { $0.update(view, .init(), at: Timestamp(milliseconds: 0)) }
        holder.withLock { $0 = log }
        let first = try await log.append("m/1", "first").positions
        log.log.queue.sync {}
        holder.withLock { $0 = nil }
        let last = try await log.append("m/1", "last").positions
        #expect(first == [1] && last == [3])
        #expect(try await log.read("m/1", at: .earliest).texts == ["first", "between", "last"])
    }

    @Test("are not appended together with others")
    func mixed() async throws {
        let log = try TestLog(try TemporaryFolder(), Self.ephemeral)
        let publications = try ["m/1", "d"].map { Publication(topic: try Topic($0), payload: Payload(text: "x")) }
        await #expect(throws: AppendError.mixedDurability) { try await log.append(AppendRequest(publications)) }
        #expect(log.sink.isEmpty && log.log.head == 0)
    }

    @Test("are in one order with the others, whoever waits for whom")
    func order() async throws {
        let log = try TestLog(try TemporaryFolder(), Self.ephemeral)
        let count = 200
        let receipts = await withTaskGroup(of: Receipt?.self) { group in
            for number in 0..<count {
                group.addTask { try? await log.append(number.isMultiple(of: 3) ? "d" : "m/\(number % 5)", "\(number)") }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        let positions = receipts.compactMap { $0?.positions[0] }
        #expect(Set(positions).count == count)
        let all = try await log.read("**", at: .earliest)
        #expect(all.events.map(\.position) == positions.sorted())
        // The last completions may have come before the sink was told.
        while log.sink.count < count { await Task.yield() }
        #expect(log.sink.map(\.position) == positions.sorted())
    }

    /// Against a log in memory that keeps the same, as the model.
    @Test("read with the others as one log does", arguments: 1...4 as ClosedRange<UInt64>, [0, 1 << 20])
    func model(seed: UInt64, recentBytes: Int) async throws {
        var generator = SplitMix64(seed: seed)
        let topics = ["m/1", "m/2", "d/1", "d/2", "d/2/x", "m"]
        let patterns = topics + ["**", "*", "m/**", "d/*", "*/1", "none"]
        let rules = try ["m/**", "**"].map {
            RetentionRule(
                pattern: try Pattern($0), maximumEvents: 12, durability: $0 == "**" ? .disk : .memory)
        }
        let log = try TestLog(try TemporaryFolder()) {
            $0.rules = rules
            $0.recentBytes = recentBytes
        }
        let model = MemoryLog(
            configuration: .init(rules: rules), epoch: log.log.epoch, now: { Timestamp(milliseconds: 0) })
        for number in 0..<60 {
            let topic = topics[Int.random(in: 0..<topics.count, using: &generator)]
            let receipt = try await log.append(topic, "\(number)")
            let publication = Publication(topic: try Topic(topic), payload: Payload(text: "\(number)"))
            model.append(AppendRequest([publication])) { result in
                #expect((try? result.get())?.positions == receipt.positions)
            }
            for _ in 0..<5 {
                let selection = try (0..<Int.random(in: 1...3, using: &generator)).map { _ in
                    try Pattern(patterns[Int.random(in: 0..<patterns.count, using: &generator)])
                }
                let request = ReadRequest(
                    selection: selection, place: .after(UInt64.random(in: 0...log.log.head, using: &generator)),
                    maximumEvents: Int.random(in: 1...20, using: &generator),
                    maximumBytes: Int.random(in: 1...40, using: &generator))
                let page = try await withCheckedContinuation { continuation in
                    log.log.read(request) { continuation.resume(returning: $0) }
                }.get()
                let expected = try await withCheckedContinuation { continuation in
                    model.read(request) { continuation.resume(returning: $0) }
                }.get()
                #expect(page.texts == expected.texts, "\(request)")
                #expect(page.gaps == expected.gaps, "\(request)")
                #expect(page.head == expected.head, "\(request)")
                if page.isAtHead {
                    let rest = try await all(of: model, request)
                    #expect(page.texts == rest.texts, "\(request)")
                }
                // Whether one more read would find nothing need not be known to a page that is full.
                #expect(page.isAtHead || page.next.position == page.events.last?.position, "\(request)")
            }
        }
    }

    private func all(of log: MemoryLog, _ request: ReadRequest) async throws -> Page {
        var request = request
        request.maximumEvents = .max
        request.maximumBytes = .max
        return try await withCheckedContinuation { [request] continuation in
            log.read(request) { continuation.resume(returning: $0) }
        }.get()
    }
}
