import Logging
import NIOCore
import SluiceGeneration
import SluiceLog
import SluiceMemoryLog
import SluiceTopics
import Synchronization
import Testing

@testable import SluiceRelay

/// The generations of one gateway, and of the next one on the same log.
@Suite struct GenerationsTests {
    private let log: MemoryLog
    private let id: GenerationID

    init() {
        var generator = SystemRandomNumberGenerator()
        log = MemoryLog(
            configuration: MemoryLog.Configuration(), epoch: Epoch(using: &generator),
            now: { Timestamp(milliseconds: 0) })
        id = GenerationID(using: &generator)
    }

    private func generations(_ adjust: (inout Generations.Configuration) -> Void = { _ in }) -> Generations {
        var configuration = Generations.Configuration()
        adjust(&configuration)
        return Generations(
            configuration: configuration, log: log,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    }

    private func begin(
        _ generations: Generations, _ id: GenerationID? = nil, claim: PaidRequests.Claim? = nil
    ) async throws(Generations.BeginError) -> Generation {
        try await generations.begin(
            id ?? self.id, GenerationRecord(.queued, format: .text, owner: "app"), claim: claim)
    }

    /// What the topic of the generation holds.
    private func events() async throws -> [Event] {
        let request = ReadRequest(
            selection: [Pattern(id.topic)], place: .earliest, maximumEvents: 100, maximumBytes: 1 << 20)
        let log = log
        let result = await withCheckedContinuation { continuation in
            log.read(request) { continuation.resume(returning: $0) }
        }
        return try result.get().events
    }

    private func records() async throws -> [GenerationRecord] {
        try await events().compactMap { GenerationRecord(json: $0.payload.data.readableBytesView) }
    }

    @Test("its topic holds its records, the provider's blocks between them, and an end")
    func topic() async throws {
        let generations = generations()
        let generation = try await begin(generations)
        #expect(generation.state == .queued && !generation.hasBegun)
        generation.begins()
        generation.append([ByteBuffer(string: "data: a\n\n"), ByteBuffer(string: "data: b\n\n")])
        #expect(generations.active(id) === generation && generations.active(of: "app").count == 1)
        #expect(generation.end(GenerationRecord(.complete)))
        #expect(generations.active(id) == nil && generations.activeCount == 0)
        let events = try await events()
        #expect(events.map(\.type) == ["sluice.generation", "sluice.generation", "text", "text", "sluice.generation"])
        #expect(events.map(\.isEnd) == [false, false, false, false, true])
        #expect(try await records().map(\.state) == [.queued, .streaming, .complete])
    }

    @Test("the first end is the end: what comes behind it changes nothing")
    func ends() async throws {
        let generation = try await begin(generations())
        let stops = Mutex(0)
        generation.whenStopped { stops.withLock { $0 += 1 } }
        generation.begins()
        #expect(generation.stop(GenerationRecord(.cancelled)))
        #expect(!generation.stop(GenerationRecord(.cancelled)) && !generation.end(GenerationRecord(.complete)))
        generation.append([ByteBuffer(string: "data: late\n\n")])
        generation.begins()
        #expect(generation.state == .cancelled && stops.withLock { $0 } == 1)
        #expect(try await records().map(\.state) == [.queued, .streaming, .cancelled])
        generation.whenStopped { stops.withLock { $0 += 1 } }
        #expect(stops.withLock { $0 } == 2)
    }

    @Test("those who wait for it to begin are told when it has, or when it never will")
    func starting() async throws {
        for begins in [true, false] {
            var generator = SystemRandomNumberGenerator()
            let generation = try await begin(generations(), GenerationID(using: &generator))
            let told = Mutex(0)
            generation.whenStarted { told.withLock { $0 += 1 } }
            #expect(told.withLock { $0 } == 0)
            if begins { generation.begins() }
            generation.end(GenerationRecord(.failed))
            #expect(told.withLock { $0 } == 1)
            generation.whenStarted { told.withLock { $0 += 1 } }
            #expect(told.withLock { $0 } == 2 && generation.hasBegun == begins)
        }
    }

    @Test("a name is used once, and only so many are under way")
    func bounds() async throws {
        let generations = generations { $0.maximum = 1 }
        let generation = try await begin(generations)
        await #expect(throws: Generations.BeginError.self) { try await begin(generations) }
        var generator = SystemRandomNumberGenerator()
        let other = GenerationID(using: &generator)
        await #expect(throws: Generations.BeginError.self) { try await begin(generations, other) }
        generation.end(GenerationRecord(.complete))
        await #expect(throws: Generations.BeginError.self) { try await begin(generations) }
        _ = try await begin(generations, other)
    }

    @Test("a gateway that starts again ends what it was in the midst of, and knows what was paid for")
    func recovery() async throws {
        let first = generations()
        let (paid, unpaid) = (
            PaidRequests.Claim(key: "a", fingerprint: "1"), PaidRequests.Claim(key: "b", fingerprint: "1")
        )
        var generator = SystemRandomNumberGenerator()
        let (complete, failed) = (GenerationID(using: &generator), GenerationID(using: &generator))
        #expect(first.claim(paid, for: complete) == .first)
        let done = try await begin(first, complete, claim: paid)
        done.begins()
        done.end(GenerationRecord(.complete))
        #expect(first.claim(unpaid, for: failed) == .first)
        try await begin(first, failed, claim: unpaid).end(GenerationRecord(.failed))
        // The process is killed after this.
        try await begin(first).begins()

        let second = generations()
        try await second.recover(at: Timestamp(milliseconds: 0))
        #expect(try await records().map(\.state) == [.queued, .streaming, .failed])
        #expect(try await records().last?.cause == "gateway-stopped")
        #expect(second.claim(paid, for: id) == .paid(complete))
        #expect(second.claim(unpaid, for: id) == .first)
        let third = generations()
        try await third.recover(at: Timestamp(milliseconds: 0))
        #expect(try await records().count == 3)
    }

    @Test("a gateway that stops ends what is under way, and begins nothing more")
    func stopping() async throws {
        let generations = generations()
        _ = try await begin(generations)
        generations.stop()
        #expect(try await records().last?.cause == "gateway-stopped")
        var generator = SystemRandomNumberGenerator()
        let other = GenerationID(using: &generator)
        await #expect(throws: Generations.BeginError.self) { try await begin(generations, other) }
    }
}
