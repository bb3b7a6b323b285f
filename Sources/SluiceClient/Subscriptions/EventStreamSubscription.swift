internal import FoundationEssentials
internal import SluiceTopics
internal import SluiceWire

/// A subscription over Server-Sent Events: what the items of its streams mean, and where the next stream goes on.
///
/// All of its topics come in one stream and in the order of the log, so it has one place.
struct EventStreamSubscription {
    private(set) var place: Place
    /// What the gateway asked to wait before the next attempt.
    private(set) var reconnectionTime: Duration?
    /// Whether this stream has said anything that only a subscriber is told.
    private var isConnected = false
    private var open: OpenTopics

    init(selection: [Pattern], after: String?) {
        place = Place(resume: after)
        open = OpenTopics(selection)
    }

    /// Whether everything has come to an end.
    var hasEnded: Bool { open.isEmpty }

    /// A new stream begins.
    mutating func connect() {
        isConnected = false
    }

    /// - Throws: `Disconnection` for a refusal in the stream; `protocolViolation`.
    mutating func received(_ item: EventStreamItem) throws -> [Update] {
        switch item {
        case .retry(let milliseconds):
            reconnectionTime = .milliseconds(milliseconds)
            return []
        case .comment:
            return []
        case .idMoved(let id):
            place.move(to: id)
            return connected()
        case .event(let id, "sluice.start", _):
            place.move(to: id)
            return connected()
        case .event(let id, "sluice.gap", let data):
            return connected() + [.gap(try gap(id, data))]
        case .event(let id, "sluice.end", let data):
            let connected = connected()
            move(to: id)
            let ended = try decode(EndMessage.self, data)
            open.end(ended.topic)
            return connected + [.ended(topic: ended.topic)]
        case .event(_, "sluice.error", let data):
            // What is permanent is refused with a status; this will pass.
            throw Disconnection(reason: try decode(ErrorMessage.self, data).message)
        case .event(_, _, let data):
            let connected = connected()
            let event = try decode(EventMessage.self, data).event()
            guard !place.hasPassed(Cursor(event.id)) else { return connected }
            place.move(to: event.id)
            return connected + [.event(event)]
        }
    }

    /// The gateway has nothing for this subscription and never will have (204).
    mutating func endedBefore() -> [Update] {
        let topics = open.topics
        for topic in topics { open.end(topic) }
        return topics.map { .ended(topic: $0) }
    }

    private mutating func connected() -> [Update] {
        guard !isConnected else { return [] }
        isConnected = true
        return [.connected(cursor: place.resume)]
    }

    private mutating func gap(_ id: String, _ data: String) throws -> Update.Gap {
        let gap = try decode(GapMessage.self, data)
        // Its id is the place that delivery goes on from, which in a log that was restored may lie further back.
        if !id.isEmpty { place.move(to: id) }
        return Update.Gap(topics: gap.topics, after: gap.after, oldest: gap.oldest)
    }

    private mutating func move(to id: String) {
        if !id.isEmpty, !place.hasPassed(Cursor(id)) { place.move(to: id) }
    }

    private func decode<Message: Decodable>(_ type: Message.Type, _ data: String) throws -> Message {
        do {
            return try JSONDecoder().decode(type, from: Data(data.utf8))
        } catch {
            throw ClientError.violation("the stream is not a gateway's: an event that cannot be read")
        }
    }
}

private struct GapMessage: Decodable {
    let topics: [String]
    let after: String?
    let oldest: String?
}

private struct EndMessage: Decodable {
    let topic: String
}

private struct ErrorMessage: Decodable {
    let message: String
}
