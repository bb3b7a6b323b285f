package import SluiceTopics

/// An event on its way into the log, before it has a position.
package struct Publication: Hashable, Sendable {
    package var topic: Topic
    package var type: String?
    package var payload: Payload
    /// Whether this is to be the topic's last event.
    package var endsTopic: Bool

    package init(topic: Topic, type: String? = nil, payload: Payload, endsTopic: Bool = false) {
        self.topic = topic
        self.type = type
        self.payload = payload
        self.endsTopic = endsTopic
    }
}

/// What makes a repeated publish harmless.
///
/// The first append under a scope and key stores its events; another with the same fingerprint inside the log's
/// key window stores nothing and gets the first one's receipt (waiting for it if it is still in flight); one with
/// a different fingerprint fails with `keyReused`. An append that failed does not use up its key.
package struct IdempotencyKey: Hashable, Sendable {
    /// Whose key it is: keys of different principals or topics never meet.
    package var scope: String
    package var key: String
    /// A digest of everything that the publish would store.
    package var fingerprint: [UInt8]

    package init(scope: String, key: String, fingerprint: [UInt8]) {
        self.scope = scope
        self.key = key
        self.fingerprint = fingerprint
    }
}

package struct AppendRequest: Sendable {
    /// At least one.
    package var publications: [Publication]
    package var idempotencyKey: IdempotencyKey?

    package init(_ publications: [Publication], idempotencyKey: IdempotencyKey? = nil) {
        precondition(!publications.isEmpty, "an append holds at least one publication")
        self.publications = publications
        self.idempotencyKey = idempotencyKey
    }
}

package struct Receipt: Hashable, Sendable {
    /// One for each publication, in their order.
    package var positions: [Position]
    /// Whether an earlier append under the same idempotency key stored these events and this one stored nothing.
    package var isRepeat: Bool

    package init(positions: [Position], isRepeat: Bool) {
        self.positions = positions
        self.isRepeat = isRepeat
    }
}

/// What became of an append that was not refused.
package enum Appended: Sendable {
    /// These are new, for the sink.
    case stored([Event])
    /// An earlier append under the same idempotency key stored the events at these positions.
    case repeated(ClosedRange<Position>)

    package var receipt: Receipt {
        switch self {
        case .stored(let events): Receipt(positions: events.map(\.position), isRepeat: false)
        case .repeated(let positions): Receipt(positions: Array(positions), isRepeat: true)
        }
    }

    /// What the sink is to be told of.
    package var events: [Event] {
        switch self {
        case .stored(let events): events
        case .repeated: []
        }
    }
}

package enum AppendError: Error, Hashable, Sendable {
    /// The topic has had its last event.
    case topicEnded(Topic)
    /// The idempotency key was used with a different publish.
    case keyReused
    /// One event alone is larger than the log may ever hold.
    case tooLarge(maximumBytes: Int)
    /// The events of one append belong to topics of different durability, so that all of them or none could not hold.
    case mixedDurability
    /// There is no room where the log is kept. The text is for the operator.
    case storageFull(String)
    /// The log cannot take events now; trying again later may succeed. The text is for the operator.
    case unavailable(String)
}
