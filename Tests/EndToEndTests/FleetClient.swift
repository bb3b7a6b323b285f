import SluiceTestSupport
import SluiceTopics
import SluiceWire
import Testing

/// One client of the fleet: it reads for a while, then stalls, is cut, or changes its wire, and resumes with its
/// cursor.
struct FleetClient {
    private struct AnnouncedGap {
        let after: Position
        let patterns: [Pattern]
    }

    private let number: Int
    private let gateway: TestGateway
    private let selection: [Pattern]
    private let lifetime: Duration
    private var generator: SplitMix64
    private var beginning: String
    private var cursor: String?
    /// Where the client's knowledge begins: what lies behind this is accounted for.
    private var start: Position?
    /// Where the last of its first subscriptions began: each of them begins at the head as it finds it.
    private var settled: Position?
    private var seen: [(position: Position, topic: String, data: String)] = []
    private var gaps: [AnnouncedGap] = []

    init(number: Int, seed: UInt64, gateway: TestGateway, lifetime: Duration) throws {
        let selections = [
            ["**"], ["fleet/*"], ["fleet/**"], ["fleet/small/*"], ["fleet/small/1"], ["fleet/a", "other"],
            ["fleet/small/1", "fleet/b"], ["*"], ["fleet/small/*", "fleet/a"],
        ]
        self.number = number
        self.gateway = gateway
        self.lifetime = lifetime + .seconds(60)
        generator = SplitMix64(seed: seed)
        selection = try selections[number % selections.count].map { try Pattern($0) }
        beginning = number.isMultiple(of: 3) ? "earliest" : "latest"
    }

    // MARK: Running

    /// Reads, in one connection after the other, until the last event of its selection has been seen.
    mutating func run(until truth: FleetTruth) throws {
        while !isDone(truth) {
            let isSmall = Bool.random(using: &generator)
            let connection = HTTPConnection(
                try Socket(to: gateway.address, receiveBufferBytes: isSmall ? 4096 : nil, lifetime: lifetime))
            let target =
                "/subscribe?" + selection.map { "topic=\($0)" }.joined(separator: "&") + "&after=\(cursor ?? beginning)"
            if Bool.random(using: &generator) {
                try readStream(EventStream(connection, target: target), truth)
            } else {
                try readSession(
                    WebSocket(connection, target: target, subprotocol: "sluice.v1.json"), truth)
            }
            // Some are away for a while, in which the log goes on.
            if truth.last == nil, Int.random(in: 0..<3, using: &generator) == 0 {
                connection.socket.standStill(forMilliseconds: Int32.random(in: 1...1500, using: &generator))
            }
            if Bool.random(using: &generator) { connection.socket.reset() } else { connection.socket.close() }
        }
    }

    private func isDone(_ truth: FleetTruth) -> Bool {
        guard truth.last != nil, let place = cursor.flatMap({ Cursor($0)?.position }) else { return false }
        let last = truth.entries.last { entry in selection.contains { $0.matches(entry.topic) } }
        return last.map { place >= $0.position } ?? true
    }

    /// How many items to read before the next mishap; and now and then a pause, in which the socket fills.
    private mutating func pauseNowAndThen(on socket: Socket, _ truth: FleetTruth) throws {
        guard truth.last == nil, Int.random(in: 0..<400, using: &generator) == 0 else { return }
        let milliseconds = Int.random(in: 0..<8, using: &generator) == 0 ? 2000 : 100
        socket.standStill(forMilliseconds: Int32(Int.random(in: 1...milliseconds, using: &generator)))
    }

    private mutating func readStream(_ stream: EventStream, _ truth: FleetTruth) throws {
        var left = Int.random(in: 1...3000, using: &generator)
        while left > 0 || truth.last != nil, !isDone(truth) {
            left -= 1
            switch try stream.next() {
            case .event(let id, "sluice.start", _):
                begin(at: id)
            case .event(let id, "sluice.gap", let data):
                let gap = try EventStream.Event(id: id, type: nil, data: data).json(Gap.self)
                try told(of: gap)
            case .event(let id, _, let data):
                let envelope = try EventStream.Event(id: id, type: nil, data: data).json(Envelope.self)
                #expect(envelope.id == id)
                try received(id, envelope.topic, envelope.data)
            case .idMoved(let id):
                begin(at: id)
            case .retry, .comment:
                break
            case nil:
                throw ClientError.endedEarly("client \(number)'s stream")
            }
            // A browser keeps what was set last, by an event, a gap or a heartbeat.
            if !stream.lastEventID.isEmpty { cursor = stream.lastEventID }
            try pauseNowAndThen(on: stream.connection.socket, truth)
        }
    }

    private mutating func readSession(_ session: WebSocket, _ truth: FleetTruth) throws {
        // Several subscriptions of a session catch up one by one; one cursor holds for all of them only when all are
        // live. So a session of several patterns stays until then, and reads them as they come.
        var waiting = selection.count
        var replay: [(String, String, String)] = []
        var replayGaps: [Gap] = []
        var left = Int.random(in: 1...3000, using: &generator)
        while waiting > 0 || left > 0 || truth.last != nil, !isDone(truth) || waiting > 0 {
            left -= 1
            let message: Message
            do {
                message = try session.operation()
            } catch ClientError.closed(let code?, _) where code.shouldReconnect {
                // Who stalls is taken for dead, and comes back.
                return
            }
            switch message.op {
            case "subscribed":
                if let cursor = message.cursor {
                    begin(at: cursor)
                    if seen.isEmpty, self.cursor == nil { settled = Cursor(cursor)?.position }
                }
            case "gap":
                let gap = Gap(topics: [message.topic ?? ""], after: message.after ?? "", oldest: message.oldest)
                if waiting > 0 { replayGaps.append(gap) } else { try told(of: gap) }
            case "event":
                let event = (message.id ?? "", message.topic ?? "", message.data ?? "")
                if waiting > 0 {
                    replay.append(event)
                } else {
                    try received(event.0, event.1, event.2)
                    cursor = event.0
                }
            case "live":
                waiting -= 1
                guard waiting == 0 else { continue }
                try merge(replay, replayGaps)
                cursor = message.cursor
            case "heartbeat":
                if waiting == 0, let heartbeat = message.cursor { cursor = heartbeat }
            default:
                throw ClientError.unexpected("\(message)")
            }
            try pauseNowAndThen(on: session.socket, truth)
        }
    }

    /// Puts in order what several subscriptions caught up with. An event that two of them match comes from both.
    private mutating func merge(_ replay: [(String, String, String)], _ replayGaps: [Gap]) throws {
        for gap in replayGaps { try told(of: gap) }
        var last: Position = 0
        let events = replay.compactMap { event in Cursor(event.0).map { (position: $0.position, event) } }
        for (position, event) in events.sorted(by: { $0.position < $1.position }) where position != last {
            last = position
            try received(event.0, event.1, event.2)
        }
    }

    private mutating func begin(at id: String) {
        if start == nil { start = beginning == "earliest" ? 0 : Cursor(id)?.position }
    }

    private mutating func received(_ id: String, _ topic: String, _ data: String) throws {
        guard let cursor = Cursor(id) else { throw ClientError.unexpected(id) }
        seen.append((cursor.position, topic, data))
    }

    private mutating func told(of gap: Gap) throws {
        guard let after = Cursor(gap.after)?.position else { throw ClientError.unexpected("\(gap)") }
        gaps.append(AnnouncedGap(after: after, patterns: try gap.topics.map { try Pattern($0) }))
    }

    // MARK: Checking

    /// Compares with what the publisher knows.
    func check(against truth: FleetTruth) {
        truth.addGaps(gaps.count)
        let start = start ?? 0
        let all = truth.entries.filter { entry in
            entry.position > start && selection.contains { $0.matches(entry.topic) }
        }
        let who = "client \(number) of \(selection) from \(beginning)"
        let positions = seen.map(\.position)
        #expect(zip(positions, positions.dropFirst()).allSatisfy { $0 < $1 }, "\(who): in order and each once")
        var known: [Position: FleetTruth.Entry] = [:]
        for entry in all { known[entry.position] = entry }
        for event in seen {
            let entry = known[event.position]
            #expect(entry?.topic.name == event.topic && entry?.data == event.data, "\(who): \(event.position)")
        }

        let seenPositions = Set(positions)
        let missing = all.filter { !seenPositions.contains($0.position) }
        // For a late joiner "earliest" is the oldest event that there was: what was gone before is not owed to it.
        var firsts: [String: Position] = [:]
        for event in seen where firsts[event.topic] == nil { firsts[event.topic] = event.position }
        let owed = missing.filter { $0.position > settled ?? start }
        let losses = announcedLosses(on: Set(all.map(\.topic)))
        for entry in owed where beginning != "earliest" || entry.position > firsts[entry.topic.name] ?? 0 {
            let isAnnounced = losses[entry.topic]?.contains { $0.contains(entry.position) } ?? false
            guard isAnnounced else {
                let before = positions.last { $0 < entry.position } ?? 0
                let behind = positions.first { $0 > entry.position } ?? 0
                let near = gaps.filter { $0.after >= before && $0.after <= behind }.map { "\($0.after) \($0.patterns)" }
                Issue.record(
                    "\(who): \(entry.position) on \(entry.topic) is missing in silence between \(before) and \(behind), gaps there: \(near)"
                )
                return
            }
        }
        var lastMissing: [Topic: Position] = [:]
        for entry in missing { lastMissing[entry.topic] = entry.position }
        for gap in gaps {
            let isTrue = lastMissing.contains { topic, position in
                position > gap.after && gap.patterns.contains { $0.matches(topic) }
            }
            #expect(isTrue, "\(who): nothing is missing behind \(gap.after) of \(gap.patterns)")
        }
    }

    /// What the gaps said may be missing, by topic. A topic loses its oldest events: those between the gap's `after`
    /// and its first event that was seen behind the gap.
    private func announcedLosses(on topics: Set<Topic>) -> [Topic: [ClosedRange<Position>]] {
        let seenOn = Dictionary(grouping: seen, by: \.topic).mapValues { $0.map(\.position) }
        var losses: [Topic: [ClosedRange<Position>]] = [:]
        for topic in topics {
            for gap in gaps where gap.patterns.contains(where: { $0.matches(topic) }) {
                let next = seenOn[topic.name]?.first { $0 > gap.after } ?? .max
                if gap.after + 1 < next { losses[topic, default: []].append(gap.after + 1...next - 1) }
            }
        }
        return losses
    }
}
