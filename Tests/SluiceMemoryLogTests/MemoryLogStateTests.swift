import NIOCore
import SluiceLog
import SluiceTestSupport
import SluiceTopics
import Testing

@testable import SluiceMemoryLog

@Suite("The state of the log in memory")
struct MemoryLogStateTests {
    private static let start = Timestamp(milliseconds: 1_000_000)

    private func rule(
        _ pattern: String, events: Int? = nil, bytes: Int? = nil, age: Duration? = nil
    ) throws -> RetentionRule {
        RetentionRule(
            pattern: try Pattern(pattern), maximumEvents: events, maximumBytes: bytes, maximumAge: age)
    }

    private func makeState(
        _ rules: [RetentionRule], adjust: (inout MemoryLog.Configuration) -> Void = { _ in }
    ) -> MemoryLogState {
        var configuration = MemoryLog.Configuration(rules: rules)
        adjust(&configuration)
        return MemoryLogState(configuration: configuration)
    }

    @Test("keeps of each topic what the first rule that matches it says")
    func firstRuleWins() throws {
        var state = makeState([try rule("a/b", events: 1), try rule("a/*", events: 2), try rule("**", events: 3)])
        for index in 1...9 { for topic in ["a/b", "a/c", "b"] { state.publish(topic, "\(index)") } }
        #expect(state.texts("a/b") == ["9"])
        #expect(state.texts("a/c") == ["8", "9"])
        #expect(state.texts("b") == ["7", "8", "9"])
        state.checkInvariants("")
    }

    @Test("keeps the standard amount of a topic that no rule matches")
    func standardRule() throws {
        var state = makeState([try rule("a", events: 1)])
        for index in 0..<10_005 { state.publish("b", "\(index)") }
        #expect(state.statistics.events == 10_000)
    }

    @Test("keeps no more bytes of a topic than its rule allows, by what was published")
    func bytesRule() throws {
        var state = makeState([try rule("**", bytes: 10)])
        for text in ["aaaa", "bbbb", "cc"] { state.publish("a", text) }
        #expect(state.texts("a") == ["aaaa", "bbbb", "cc"])
        state.publish("a", "d")
        #expect(state.texts("a") == ["bbbb", "cc", "d"])
        state.publish("a", "eeeeeeeeee")
        #expect(state.texts("a") == ["eeeeeeeeee"])
        state.publish("a", "")
        #expect(state.texts("a") == ["eeeeeeeeee", ""])
        #expect(state.refusal("a", "fffffffffff") == .tooLarge(maximumBytes: 10))
        state.checkInvariants("")
    }

    @Test("delivers the events of a topic without a past and keeps none, which is a loss to who comes later")
    func noPast() throws {
        var state = makeState([try rule("**", events: 0)])
        #expect(state.publish("a", "1").map(\.text) == ["1"])
        #expect(state.texts("a") == [])
        #expect(state.page(["a"], .after(0)).gaps.map(\.text) == ["a"])
        #expect(state.page(["a"], .after(1)).gaps == [])
        state.checkInvariants("")
    }

    @Test("evicts by age with every append, so that it keeps up without maintenance")
    func ageOnAppend() throws {
        var state = makeState([try rule("**", age: .seconds(10))])
        for index in 0..<10 { state.publish("old/\(index)", "") }
        for index in 1...5 { state.publish("new", "\(index)", at: 10_000) }
        #expect(state.texts("new").count == 5)
        #expect(state.statistics.events == 5)
        state.checkInvariants("")
    }

    @Test("does a bounded part of the maintenance at a time, the oldest first")
    func boundedMaintenance() throws {
        var state = makeState([try rule("short/*", age: .seconds(5)), try rule("**", age: .seconds(10))]) {
            $0.topicIdleTime = .seconds(10)
        }
        for index in 0..<10 { state.publish(index % 2 == 0 ? "long" : "short/\(index)", "\(index)") }
        let later = Timestamp(milliseconds: Self.start.milliseconds + 10_000)
        #expect(state.maintain(at: later, limit: 3) == false)
        #expect(state.statistics.events == 7)
        #expect(state.texts("long").count == 5)
        #expect(state.maintain(at: later, limit: 3) == false)
        #expect(state.maintain(at: later, limit: 30) == true)
        #expect(state.statistics.events == 0)
        #expect(state.statistics.topics == 6)
        #expect(state.maintain(at: Timestamp(milliseconds: later.milliseconds + 9_999), limit: 30) == true)
        #expect(state.statistics.topics == 6)
        #expect(state.maintain(at: Timestamp(milliseconds: later.milliseconds + 10_000), limit: 4) == false)
        #expect(state.statistics.topics == 2)
        state.checkInvariants("")
    }

    @Test("evicts the oldest events of all when it is full, and stays within its bytes")
    func bytesLimit() throws {
        var state = makeState([try rule("**")]) { $0.maximumBytes = 100_000 }
        for index in 0..<1000 {
            state.publish("topic/\(index % 10)", String(repeating: "x", count: index))
            #expect(state.bytes <= 100_000)
        }
        let left = state.page(["**"], .earliest).events.map(\.position)
        #expect(!left.isEmpty)
        #expect(left == Array(left[0]...1000))
        state.checkInvariants("")
    }

    @Test("forgets topics that are empty rather than lose all events to the memory that they take")
    func emptyTopicsAreForgotten() throws {
        var state = makeState([try rule("**")]) { $0.maximumBytes = 200_000 }
        for index in 0..<5000 { state.publish("topic/\(index)", "") }
        let statistics = state.statistics
        #expect(statistics.bytes <= 200_000)
        #expect(statistics.events > 100)
        #expect(state.idleBytes <= 60_000)
        #expect(state.floor > 0)
        state.checkInvariants("")
    }

    @Test("takes a batch of the largest size whole, whatever else it has to lose for it")
    func largestBatch() throws {
        var state = makeState([try rule("**")]) { $0.maximumBytes = 100_000 }
        for index in 0..<500 { state.publish("topic/\(index)", "") }
        let one = MemoryCost.event(type: nil, payload: Payload(text: String(repeating: "x", count: 4096)))
        let count = (state.largestAppend - MemoryCost.topic(Topic(unchecked: "a"))) / one
        let batch = (0..<count).map { _ in publication("a", String(repeating: "x", count: 4096)) }
        #expect(try state.append(AppendRequest(batch), at: Self.start).get().events.count == count)
        #expect(state.texts("a").count == count)
        state.checkInvariants("")
        let larger = batch + [batch[0]]
        guard case .failure(.tooLarge(let maximum)) = state.append(AppendRequest(larger), at: Self.start) else {
            Issue.record("a batch that cannot fit was taken")
            return
        }
        #expect(maximum == state.largestAppend)
    }

    @Test("makes place for a topic too many by forgetting the least recently used, those without events first")
    func topicsLimit() throws {
        var state = makeState([try rule("empty/*", events: 0), try rule("**")]) { $0.maximumTopics = 4 }
        state.publish("a", "1")
        state.publish("b", "2")
        state.publish("empty/1", "3")
        state.publish("a", "4")
        state.publish("c", "5")
        state.publish("d", "6")
        #expect(state.texts("**") == ["1", "2", "4", "5", "6"])
        #expect(state.floor == 3)
        state.publish("e", "7")
        #expect(state.texts("**") == ["1", "4", "5", "6", "7"])
        #expect(state.floor == 3)
        #expect(state.statistics.topics == 4)
        state.checkInvariants("")
    }

    @Test("gives a topic that it knows exact answers below the floor")
    func exactBelowFloor() throws {
        var state = makeState([try rule("**", events: 1)]) { $0.maximumTopics = 2 }
        state.publish("a", "1")
        for index in 2...4 { state.publish("b", "\(index)") }
        state.publish("a", "5")
        state.publish("c", "6")
        #expect(state.floor == 4)
        #expect(state.page(["a"], .after(0)).gaps.map(\.text) == ["a"])
        #expect(state.page(["a"], .after(1)).gaps == [])
        #expect(state.page(["b"], .after(1)).gaps.map(\.text) == ["b"])
        #expect(state.page(["never"], .after(1)).gaps.map(\.text) == ["never"])
        #expect(state.page(["b", "never", "*"], .after(4)).gaps == [])
    }

    @Test("has a floor above which a read looks at all topics that lost something")
    func floorOfGapScan() throws {
        var state = makeState([try rule("**", events: 1)]) { $0.maximumGapScan = 3 }
        for round in 0..<2 { for index in 0..<10 { state.publish("topic/\(index)", "\(round)") } }
        // Of the losses at 1 to 10, those at 8, 9 and 10 lie behind 7.
        #expect(state.floor == 7)
        for position in UInt64(0)...10 {
            #expect(
                state.page(["topic/9", "none/*"], .after(position)).gaps.contains { $0.text == "none/*" }
                    == (position < 7))
            #expect(
                state.page(["none", "topic/8"], .after(position)).gaps.map(\.text) == (position < 9 ? ["topic/8"] : []))
            #expect(state.page(["*/9"], .after(position)).gaps.isEmpty == (position >= 10))
        }
        // A reader that knows of all but the latest losses is answered exactly, wherever it is.
        let place = ReadPlace(position: 0, losses: LossCount(inMemory: state.losses - 3))
        #expect(state.page(["none/*", "topic/*"], place).gaps.map(\.text) == ["topic/*"])
    }

    @Test("scans a bounded number of events per read and says how far it came")
    func boundedScan() throws {
        var state = makeState([try rule("**")]) { $0.maximumScan = 10 }
        for index in 1...35 { state.publish(index == 25 ? "b" : "a", "\(index)") }
        let pages = state.pages(["b/**"])
        #expect(pages.map(\.next.position) == [10, 20, 30, 35])
        #expect(pages.map { $0.events.map(\.text) } == [[], [], ["25"], []])
        #expect(state.pages(["b"]).map(\.next.position) == [35])
    }

    @Test("keeps its indexes in step through random histories", arguments: UInt64(1)...6)
    func randomHistory(_ seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var state = makeState([
            try rule("a/*", events: 3, age: .seconds(20)), try rule("b/*", bytes: 300),
            try rule("**", age: .seconds(5)),
        ]) {
            $0.maximumBytes = 65_536
            $0.maximumTopics = Int.random(in: 5...50, using: &random)
            $0.topicIdleTime = .seconds(10)
            $0.maximumIdempotencyKeys = 20
        }
        var now = Self.start
        for step in 0..<2000 {
            let publications = (0..<Int.random(in: 1...4, using: &random)).map { _ in
                let name = ["a", "b", "c"][Int.random(in: 0..<3, using: &random)]
                let size = Int.random(in: 0..<10, using: &random) == 0 ? 3000 : 50
                return publication(
                    "\(name)/\(Int.random(in: 0..<30, using: &random))",
                    String(repeating: "x", count: .random(in: 0...size, using: &random)),
                    ends: Int.random(in: 0..<100, using: &random) == 0)
            }
            let key = IdempotencyKey(
                scope: "", key: "\(Int.random(in: 0..<50, using: &random))", fingerprint: [UInt8(step % 250)])
            _ = state.append(
                AppendRequest(publications, idempotencyKey: Bool.random(using: &random) ? key : nil), at: now)
            // Now and then the clock goes back.
            now.milliseconds += .random(in: -100...300, using: &random)
            if step % 7 == 0 { _ = state.maintain(at: now, limit: 5) }
            if step % 100 == 0 { state.checkInvariants("seed \(seed), step \(step)") }
        }
        while !state.maintain(at: Timestamp(milliseconds: now.milliseconds + 1_000_000), limit: 10) {}
        state.checkInvariants("seed \(seed)")
        #expect(state.keys.count == 0)
    }

    @Test("copies a payload that would hold on to a much larger buffer")
    func compaction() throws {
        let buffer = ByteBuffer(repeating: 1, count: 65_536)
        func payload(_ length: Int) throws -> Payload {
            let slice = try #require(buffer.getSlice(at: 20_000, length: length))
            return Payload(data: slice, encoding: .binary, contentType: "x/y")
        }
        #expect(try payload(100).compacted == (try payload(100)))
        #expect(try payload(100).compacted.data.storageCapacity == 128)
        #expect(try payload(0).compacted.data.storageCapacity == 0)
        // A copy would take as much.
        #expect(try payload(40_000).compacted.data.storageCapacity == 65_536)
        let own = Payload(text: String(repeating: "x", count: 100))
        #expect(own.compacted.data.storageCapacity == own.data.storageCapacity)
    }
}

private func publication(_ topic: String, _ text: String, ends: Bool = false) -> Publication {
    Publication(topic: Topic(unchecked: topic), payload: Payload(text: text), endsTopic: ends)
}

extension MemoryLogState {
    /// - Parameter milliseconds: behind the start.
    @discardableResult
    fileprivate mutating func publish(_ topic: String, _ text: String, at milliseconds: Int64 = 0) -> [Event] {
        let result = append(
            AppendRequest([publication(topic, text)]), at: Timestamp(milliseconds: 1_000_000 + milliseconds))
        switch result {
        case .success(let appended): return appended.events
        case .failure(let error):
            Issue.record("\(error)")
            return []
        }
    }

    fileprivate mutating func refusal(_ topic: String, _ text: String) -> AppendError? {
        switch append(AppendRequest([publication(topic, text)]), at: Timestamp(milliseconds: 1_000_000)) {
        case .success: nil
        case .failure(let error): error
        }
    }

    fileprivate mutating func page(_ patterns: [String], _ place: ReadPlace) -> Page {
        let selection = patterns.compactMap { try? Pattern($0) }
        return read(
            Selection(selection),
            ReadRequest(selection: selection, place: place, maximumEvents: .max, maximumBytes: .max))
    }

    fileprivate mutating func pages(_ patterns: [String]) -> [Page] {
        var pages = [page(patterns, .earliest)]
        while let last = pages.last, !last.isAtHead { pages.append(page(patterns, last.next)) }
        return pages
    }

    fileprivate mutating func texts(_ pattern: String) -> [String] {
        pages([pattern]).flatMap(\.events).map(\.text)
    }
}

extension Event {
    fileprivate var text: String { String(buffer: payload.data) }
}
