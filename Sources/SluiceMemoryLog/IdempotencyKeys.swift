internal import DequeModule
internal import SluiceLog
internal import SluiceTopics

/// The idempotency keys of the publishes of late, bounded in time, number and bytes.
struct IdempotencyKeys {
    enum Finding: Equatable {
        /// No publish under this key, or too long ago.
        case unused
        /// The same publish was stored at these positions.
        case stored(ClosedRange<Position>)
        /// The key came with a different publish.
        case reused
    }

    /// Compared by its bytes: to Swift, strings are equal that only look alike.
    private struct Name: Hashable {
        let scope: String
        let key: String

        init(_ key: IdempotencyKey) {
            scope = key.scope
            self.key = key.key
        }

        static func == (left: Name, right: Name) -> Bool {
            left.scope.hasSameBytes(as: right.scope) && left.key.hasSameBytes(as: right.key)
        }

        func hash(into hasher: inout Hasher) {
            scope.hashBytes(into: &hasher)
            key.hashBytes(into: &hasher)
        }
    }

    private struct Entry {
        let fingerprint: [UInt8]
        /// A batch has neighbouring positions.
        let positions: ClosedRange<Position>
        let time: Timestamp
    }

    /// Milliseconds.
    private let window: Int64
    private let maximumCount: Int
    private let maximumBytes: Int
    private var entries: [Name: Entry] = [:]
    /// The keys in the order of their use, with the first position of that use. One whose entry has another first
    /// position was used again since, behind this.
    private var order: Deque<(name: Name, first: Position)> = []
    private(set) var bytes = 0

    init(window: Duration, maximumCount: Int, maximumBytes: Int) {
        self.window = window.wholeMilliseconds
        self.maximumCount = max(0, maximumCount)
        self.maximumBytes = maximumBytes
    }

    var count: Int { entries.count }

    func find(_ key: IdempotencyKey, at now: Timestamp) -> Finding {
        guard let entry = entries[Name(key)], !isPast(entry, at: now) else { return .unused }
        return entry.fingerprint == key.fingerprint ? .stored(entry.positions) : .reused
    }

    mutating func store(_ key: IdempotencyKey, positions: ClosedRange<Position>, at now: Timestamp) {
        let name = Name(key)
        remove(name)
        let entry = Entry(fingerprint: key.fingerprint, positions: positions, time: now)
        entries[name] = entry
        order.append((name, positions.lowerBound))
        bytes += Self.cost(name, entry)
        while entries.count > maximumCount || bytes > maximumBytes, !order.isEmpty { forgetOldest() }
    }

    /// Forgets keys whose window has passed, at most `limit` of them.
    /// - Returns: whether that was all.
    mutating func expire(at now: Timestamp, limit: Int) -> Bool {
        for _ in 0..<limit {
            guard let oldest = order.first else { return true }
            if let entry = entries[oldest.name], entry.positions.lowerBound == oldest.first, !isPast(entry, at: now) {
                return true
            }
            forgetOldest()
        }
        return false
    }

    private mutating func forgetOldest() {
        let oldest = order.removeFirst()
        if entries[oldest.name]?.positions.lowerBound == oldest.first { remove(oldest.name) }
    }

    private mutating func remove(_ name: Name) {
        guard let entry = entries.removeValue(forKey: name) else { return }
        bytes -= Self.cost(name, entry)
    }

    private func isPast(_ entry: Entry, at now: Timestamp) -> Bool {
        now.milliseconds - entry.time.milliseconds >= window
    }

    private static func cost(_ name: Name, _ entry: Entry) -> Int {
        MemoryCost.key + MemoryCost.string(name.scope) + MemoryCost.string(name.key) + entry.fingerprint.count
    }
}
