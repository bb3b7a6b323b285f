internal import NIOCore
internal import SluiceTopics
internal import SluiceWire

/// A subscription over `sluice.v1.json`: what the messages of its sessions mean, and where the next session goes on.
///
/// Each pattern is subscribed to by an operation of its own and catches up by itself: until it is live it has a
/// place of its own. What is live has one place, since a session brings it in the order of the log.
struct SessionSubscription {
    /// A part of the selection. Its index is its `ref`.
    private struct Part {
        let pattern: Pattern
        var state: State
        /// Holds until the part is live; then the one of all live parts does.
        var place: Place

        enum State {
            case asked
            case catchingUp
            case live
            case ended
        }
    }

    private var parts: [Part]
    /// Of all that is live.
    private var live = Place(resume: nil)
    private var isConnected = false

    init(selection: [Pattern], after: String?) {
        parts = selection.map { Part(pattern: $0, state: .asked, place: Place(resume: after)) }
    }

    /// Whether everything has come to an end.
    var hasEnded: Bool { parts.allSatisfy { $0.state == .ended } }

    /// A new session begins.
    ///
    /// - Returns: the operations that it begins with.
    mutating func connect() -> [ByteBuffer] {
        isConnected = false
        for index in parts.indices {
            switch parts[index].state {
            case .live: parts[index].place = live
            case .asked, .catchingUp: break
            case .ended: continue
            }
            parts[index].state = .asked
        }
        live = Place(resume: nil)
        return parts.indices.filter { parts[$0].state != .ended }.map(subscribe)
    }

    /// - Throws: `Disconnection` for a refusal that will pass, `refused` for another, `protocolViolation`.
    mutating func received(_ text: ByteBuffer) throws -> [Update] {
        switch try SessionMessage(text) {
        case .subscribed(let ref, let cursor):
            try subscribed(ref, cursor)
            return connectedIfComplete()
        case .event(let event, let ref):
            return try receive(event, ref)
        case .live(let ref, let cursor):
            try wentLive(ref, cursor)
            return []
        case .gap(let topic, let after, let oldest, let ref):
            // What follows may lie further back, in a log that was restored. What the gap is reported to lie behind
            // stays the place to resume from until an event has come: it is better told twice than not at all.
            if let ref { parts[try check(ref)].place.forgetPassed() } else { live.forgetPassed() }
            return [.gap(Update.Gap(topics: [topic], after: after, oldest: oldest))]
        case .end(let topic):
            return ended(topic)
        case .error(let code, let message):
            if Self.temporaryProblems.contains(code) { throw Disconnection(reason: message) }
            throw ClientError(code: .refused, message: message, problem: code)
        case .heartbeat(let cursor):
            if let cursor { live.move(to: cursor) }
            return []
        case .other:
            return []
        }
    }

    private static let temporaryProblems: Set<String> = ["draining", "overloaded", "rate-limited"]

    private func check(_ ref: Int) throws -> Int {
        guard parts.indices.contains(ref) else {
            throw ClientError.violation("the session is not a gateway's: it answers what was not asked")
        }
        return ref
    }

    private func subscribe(_ index: Int) -> ByteBuffer {
        var json = ByteBuffer(string: #"{"op":"subscribe","ref":\#(index),"topic":"#)
        JSONText.writeString(parts[index].pattern.text, into: &json)
        if let after = parts[index].place.resume {
            json.writeString(#","after":"#)
            JSONText.writeString(after, into: &json)
        }
        json.writeString("}")
        return json
    }

    private mutating func subscribed(_ ref: Int, _ cursor: String?) throws {
        let index = try check(ref)
        if parts[index].state == .asked { parts[index].state = .catchingUp }
        // A cursor of ours stays until the gateway has shown that it reads on from there: if a gap lies behind it and
        // this session breaks before it is told, the next one must tell it.
        if let cursor, parts[index].place.resume.flatMap({ Cursor($0) }) == nil { parts[index].place.resume = cursor }
    }

    private mutating func connectedIfComplete() -> [Update] {
        guard !isConnected, !parts.contains(where: { $0.state == .asked }) else { return [] }
        isConnected = true
        let places = Set(parts.filter { $0.state != .ended }.map { $0.state == .live ? live.resume : $0.place.resume })
        return [.connected(cursor: places.count == 1 ? places.first ?? nil : nil)]
    }

    private mutating func receive(_ event: ReceivedEvent, _ ref: Int?) throws -> [Update] {
        let cursor = Cursor(event.id)
        // Overlapping patterns that catch up side by side each bring an event, and so may the live parts.
        let isRepeat = parts.contains { part in
            switch part.state {
            case .asked, .catchingUp: part.place.hasPassed(cursor) && part.pattern.matches(event.topic)
            case .live: live.hasPassed(cursor) && part.pattern.matches(event.topic)
            case .ended: false
            }
        }
        if let ref {
            let index = try check(ref)
            if !parts[index].place.hasPassed(cursor) { parts[index].place.move(to: event.id) }
        } else if !live.hasPassed(cursor) {
            live.move(to: event.id)
        }
        return isRepeat ? [] : [.event(event)]
    }

    private mutating func wentLive(_ ref: Int, _ cursor: String) throws {
        let index = try check(ref)
        parts[index].place.move(to: cursor)
        live.join(parts[index].place)
        switch parts[index].state {
        case .asked, .catchingUp: parts[index].state = .live
        case .live, .ended: break
        }
    }

    private mutating func ended(_ topic: String) -> [Update] {
        guard let name = try? Topic(topic) else { return [] }
        for index in parts.indices where parts[index].pattern.topic == name { parts[index].state = .ended }
        return [.ended(topic: topic)]
    }
}
