internal import DequeModule

/// What was made of the last events, so that subscribers who read them from the log one after the other share it as
/// live ones do. The oldest entry goes first.
struct EncodingCache<Key: Hashable, Value> {
    private struct Entry {
        let value: Value
        let bytes: Int
    }

    /// What an entry costs beside its bytes, roughly.
    private static var overhead: Int { 256 }

    private let maximumBytes: Int
    private var bytes = 0
    private var entries: [Key: Entry] = [:]
    private var order = Deque<Key>()
    /// In a drain, one subscriber after the other asks for the same.
    private var latest: (key: Key, value: Value)?

    init(maximumBytes: Int) {
        self.maximumBytes = maximumBytes
    }

    subscript(key: Key) -> Value? {
        mutating get {
            if let latest, latest.key == key { return latest.value }
            guard let value = entries[key]?.value else { return nil }
            latest = (key, value)
            return value
        }
    }

    mutating func insert(_ value: Value, bytes count: Int, for key: Key) {
        latest = (key, value)
        let entry = Entry(value: value, bytes: count + Self.overhead)
        guard entry.bytes <= maximumBytes else { return }
        if let replaced = entries.updateValue(entry, forKey: key) {
            bytes -= replaced.bytes
        } else {
            order.append(key)
        }
        bytes += entry.bytes
        while bytes > maximumBytes, let oldest = order.popFirst() {
            bytes -= entries.removeValue(forKey: oldest)?.bytes ?? 0
        }
    }
}
