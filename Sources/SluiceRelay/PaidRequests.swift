internal import DequeModule
internal import SluiceGeneration

/// Which generation answers which request: the same idempotency key with the same request is paid for once.
struct PaidRequests {
    /// A request under an idempotency key.
    struct Claim: Hashable, Sendable {
        /// The key, in the scope of its principal and upstream.
        let key: String
        /// A digest of everything that is asked for.
        let fingerprint: String
    }

    enum Claimed: Hashable, Sendable {
        /// Nobody has asked for it: the claimer is to.
        case first
        /// It is, or was, asked for by this generation.
        case paid(GenerationID)
        /// The key was used with another request.
        case reused
    }

    private struct Entry {
        let fingerprint: String
        let id: GenerationID
        let time: ContinuousClock.Instant
    }

    private let window: Duration
    private let maximum: Int
    private var entries: [String: Entry] = [:]
    private var order = Deque<(key: String, id: GenerationID)>()

    /// - Parameters:
    ///   - window: how long a key is known.
    ///   - maximum: the most keys; the oldest goes first.
    init(window: Duration, maximum: Int) {
        self.window = window
        self.maximum = maximum
    }

    /// How many places there are in the order of age, those of released keys included.
    var orderCount: Int { order.count }

    mutating func claim(_ claim: Claim, for id: GenerationID, now: ContinuousClock.Instant) -> Claimed {
        expire(now)
        if let entry = entries[claim.key] {
            return entry.fingerprint == claim.fingerprint ? .paid(entry.id) : .reused
        }
        if order.count > 2 * entries.count + 1024 { order.removeAll { entries[$0.key]?.id != $0.id } }
        entries[claim.key] = Entry(fingerprint: claim.fingerprint, id: id, time: now)
        order.append((claim.key, id))
        return .first
    }

    /// The generation came to nothing, and the next one who asks begins anew.
    mutating func release(_ claim: Claim, of id: GenerationID) {
        if entries[claim.key]?.id == id { entries[claim.key] = nil }
    }

    private mutating func expire(_ now: ContinuousClock.Instant) {
        while let oldest = order.first {
            // What was released has left only its place in the order.
            if let entry = entries[oldest.key], entry.id == oldest.id {
                guard now - entry.time >= window || entries.count >= maximum else { return }
                entries[oldest.key] = nil
            }
            order.removeFirst()
        }
    }
}
