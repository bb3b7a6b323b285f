internal import HeapModule
internal import SluiceTopics

/// Topics by whose turn is next, where a turn only moves on while a topic stands in the order: so a turn that is no
/// longer right is noticed when it has come, and nothing has to be moved before.
struct TopicOrder {
    private struct Place: Comparable {
        let turn: Int64
        let entry: TopicEntry

        static func < (left: Place, right: Place) -> Bool { left.turn < right.turn }
        static func == (left: Place, right: Place) -> Bool { left.turn == right.turn }
    }

    /// Which of an entry's turns are of this order.
    private let slot: Int
    /// Nil for a topic that does not belong into the order.
    private let turn: @Sendable (TopicEntry) -> Int64?
    private var heap = Heap<Place>()
    /// With so many places the heap is looked through for those that mean nothing any more.
    private var limit = 64

    private init(slot: Int, turn: @escaping @Sendable (TopicEntry) -> Int64?) {
        self.slot = slot
        self.turn = turn
    }

    /// Topics with events of limited age, by when the oldest is to go.
    static var expiring: TopicOrder { TopicOrder(slot: 0) { $0.expiry } }
    /// Topics without events, by since when.
    static var idle: TopicOrder {
        TopicOrder(slot: 1) { $0.state.events == 0 ? $0.state.emptySince.milliseconds : nil }
    }
    /// Topics with events, by their newest.
    static var active: TopicOrder { TopicOrder(slot: 2) { $0.state.events > 0 ? Int64($0.state.newest) : nil } }

    /// How many places there are, with those that mean nothing any more.
    var count: Int { heap.count }

    /// Puts a topic in if it belongs here and is not here yet, or if its turn has moved back.
    mutating func note(_ entry: TopicEntry) {
        guard let turn = turn(entry), entry.turns[slot].map({ turn < $0 }) ?? true else { return }
        entry.turns[slot] = turn
        heap.insert(Place(turn: turn, entry: entry))
        if heap.count > limit { prune() }
    }

    /// Takes out topics that the log forgot, and places of which a topic has another: half of them at least are no such.
    private mutating func prune() {
        heap = Heap(heap.unordered.filter { !$0.entry.isCollected && $0.entry.turns[slot] == $0.turn })
        limit = max(64, 2 * heap.count)
    }

    /// The topic whose turn is next.
    mutating func first() -> TopicEntry? {
        while let place = heap.min {
            let turn = place.entry.isCollected ? nil : turn(place.entry)
            if let turn, turn == place.turn, place.entry.turns[slot] == turn { return place.entry }
            heap.removeMin()
            // One that has another place in the heap is left to that.
            guard place.entry.turns[slot] == place.turn else { continue }
            place.entry.turns[slot] = turn
            if let turn { heap.insert(Place(turn: turn, entry: place.entry)) }
        }
        return nil
    }
}
