internal import NIOCore
internal import SluiceLog
internal import SluiceTopics
internal import Testing

/// A random history of one log, with readers that are checked against the plain truth at every step.
///
/// What was appended is known, and what is left is what the log gives when it is read from the earliest; the
/// difference is what was lost. So no assumption is made about which events an engine evicts, only that it tells its
/// readers of exactly that.
struct RandomHistory {
    /// A reader, and what it has been told of.
    private struct Reader {
        var patterns: [Pattern]
        var place: ReadPlace
        /// The losses that are no news to it.
        var known: Set<Position>
    }

    private static let topics = ["a/1", "a/2", "b/1", "b/c/1", "b/c/2", "c", "$a/1", "a", "d/1/2/3"]
    private static let patterns =
        topics + ["**", "*", "*/*", "a/*", "a/**", "b/**", "b/*/1", "*/1", "$a/*", "d/**", "none", "none/*"]

    private let subject: any LogUnderTest
    private let label: Comment
    private var random: SplitMix64
    private var appended: [Position: Publication] = [:]
    private var readers: [Reader] = []

    init(_ subject: any LogUnderTest, seed: UInt64) {
        self.subject = subject
        label = "seed \(seed)"
        random = SplitMix64(seed: seed)
    }

    private var log: any EventLog { subject.log }

    mutating func run(steps: Int) async throws {
        for _ in 0..<steps {
            switch Int.random(in: 0..<20, using: &random) {
            case 0..<8: try await append()
            case 8..<9: await passTime()
            case 9..<11: try addReader()
            default: try await read()
            }
        }
    }

    private mutating func append() async throws {
        // Mostly a few busy topics, so that some lose much and some nothing.
        let busiest = Int.random(in: 1...Self.topics.count, using: &random)
        let publications = try (0..<Int.random(in: 1...3, using: &random)).map { index in
            let topic = Self.topics[Int.random(in: 0..<busiest, using: &random)]
            let size = Int.random(in: 0...20, using: &random)
            return try Publication(topic, "\(appended.count + index) " + String(repeating: ".", count: size))
        }
        let receipt = try await log.append(publications).get()
        for (position, publication) in zip(receipt.positions, publications) { appended[position] = publication }
    }

    private mutating func passTime() async {
        subject.advance(by: .seconds(Int.random(in: 0...8, using: &random)))
        await log.maintain()
    }

    private mutating func addReader() throws {
        let patterns = (0..<Int.random(in: 1...3, using: &random)).map { _ in
            Self.patterns[Int.random(in: 0..<Self.patterns.count, using: &random)]
        }
        if readers.count > 12 { readers.remove(at: Int.random(in: 0..<readers.count, using: &random)) }
        let place: ReadPlace =
            switch Int.random(in: 0..<8, using: &random) {
            case 0: .earliest
            case 1: .foreign
            case 2: .after(log.head)
            default: .after(.random(in: 0...log.head, using: &random))
            }
        readers.append(Reader(patterns: try patterns.map { try Pattern($0) }, place: place, known: []))
    }

    private mutating func read() async throws {
        guard !readers.isEmpty else { return }
        let index = Int.random(in: 0..<readers.count, using: &random)
        var reader = readers[index]
        let left = try await log.readAll(["**", "$a/*"], .earliest).flatMap(\.events)
        let lost = Set(appended.keys).subtracting(left.map(\.position))
        for event in left { checkContent(of: event) }

        let maximumEvents = Bool.random(using: &random) ? 1000 : Int.random(in: 1...4, using: &random)
        let maximumBytes = Bool.random(using: &random) ? 100_000 : Int.random(in: 1...50, using: &random)
        let page = try await log.read(reader.patterns, reader.place, events: maximumEvents, bytes: maximumBytes)
        checkGaps(of: page, for: reader, lost: lost)
        checkEvents(of: page, for: reader, left: left, maximumEvents: maximumEvents, maximumBytes: maximumBytes)

        reader.place = page.next
        reader.known = lost
        if Int.random(in: 0..<4, using: &random) == 0 {
            // It reconnects with its cursor alone.
            reader.place = .after(page.next.position)
            reader.known = []
        }
        readers[index] = reader
    }

    private func checkContent(of event: Event) {
        let publication = appended[event.position]
        #expect(event.topic == publication?.topic, label)
        #expect(event.payload == publication?.payload, label)
    }

    private func checkGaps(of page: Page, for reader: Reader, lost: Set<Position>) {
        let place = reader.place
        let news = place == .earliest ? [] : lost.subtracting(reader.known).filter { $0 > place.position }
        let newsTopics = Set(news.compactMap { appended[$0]?.topic })
        for pattern in reader.patterns {
            let isTold = page.gaps.contains(pattern)
            if place.isForeign {
                #expect(isTold, label)
            } else if newsTopics.contains(where: { pattern.matches($0) }) {
                #expect(isTold, "a missed gap of \(pattern) after \(place), \(label)")
            } else if isTold {
                #expect(place.position < log.floor, "a false gap of \(pattern) after \(place), \(label)")
            }
        }
        #expect(page.gaps.allSatisfy { reader.patterns.contains($0) }, label)
        #expect(Set(page.gaps).count == page.gaps.count, label)
    }

    private func checkEvents(
        of page: Page, for reader: Reader, left: [Event], maximumEvents: Int, maximumBytes: Int
    ) {
        let next = page.next.position
        let expected = left.filter { event in
            event.position > reader.place.position && event.position <= next
                && reader.patterns.contains { $0.matches(event.topic) }
        }
        // With `$a/*` behind `**` the events of `left` are still in log order, as every page is.
        #expect(page.events.map(\.position) == expected.map(\.position), label)
        #expect(page.head == log.head, label)
        #expect(next <= page.head, label)
        #expect(next > reader.place.position || page.isAtHead, "no progress, \(label)")
        #expect(page.events.count <= maximumEvents, label)
        let bytes = page.events.dropLast().reduce(0) { $0 + $1.payload.data.readableBytes }
        #expect(page.events.count < 2 || bytes < maximumBytes, label)
    }
}

extension EventLogContract {
    /// Those of the clauses that are checked on random histories; an engine may run them under several configurations.
    package static let histories = [
        Clause("In random histories no loss is ever missed, and none is invented above the floor") { makeLog in
            for seed in UInt64(1)...12 {
                var conditions = LogConditions()
                conditions.retainedEvents = 3
                var history = RandomHistory(try await makeLog(conditions), seed: seed)
                try await history.run(steps: 300)
            }
        },

        Clause("The same holds when events are evicted for their age and topics are forgotten") { makeLog in
            for seed in UInt64(101)...112 {
                var conditions = LogConditions()
                conditions.retainedEvents = seed % 2 == 0 ? 5 : nil
                conditions.maximumAge = .seconds(15)
                conditions.topicIdleTime = .seconds(5)
                var history = RandomHistory(try await makeLog(conditions), seed: seed)
                try await history.run(steps: 300)
            }
        },
    ]
}
