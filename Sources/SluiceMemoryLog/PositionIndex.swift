internal import DequeModule
internal import SluiceTopics

/// Topic records by position, ascending.
///
/// A list of sorted chunks, which is a B-tree of two levels: appending is constant, finding takes two binary searches,
/// and inserting or removing in the middle moves one small chunk. Nothing ever touches the whole of it but making the
/// short list of chunks longer, so no call stalls however many entries there are.
struct PositionIndex {
    fileprivate struct Chunk {
        var positions: [Position] = []
        var records: [TopicRecord] = []
    }

    private static let chunkCapacity = 256

    /// The first position of each chunk, kept apart so that a search reads little memory.
    private var firsts: Deque<Position> = []
    /// None is empty.
    private var chunks: Deque<Chunk> = []
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    var first: (position: Position, record: TopicRecord)? {
        guard let chunk = chunks.first else { return nil }
        return (chunk.positions[0], chunk.records[0])
    }

    var last: Position? { chunks.last?.positions.last }

    /// - Precondition: nothing stands at this position yet.
    mutating func insert(_ record: TopicRecord, at position: Position) {
        count += 1
        if last.map({ $0 < position }) ?? true {
            if chunks.last.map({ $0.positions.count >= Self.chunkCapacity }) ?? true {
                chunks.append(Chunk())
                firsts.append(position)
            }
            chunks[chunks.count - 1].positions.append(position)
            chunks[chunks.count - 1].records.append(record)
            return
        }
        let place = chunk(holding: position)
        let offset = Self.offset(of: position, in: chunks[place].positions)
        chunks[place].positions.insert(position, at: offset)
        chunks[place].records.insert(record, at: offset)
        firsts[place] = chunks[place].positions[0]
        if chunks[place].positions.count > Self.chunkCapacity { split(place) }
    }

    /// - Precondition: something stands at this position.
    mutating func remove(_ position: Position) {
        let place = chunk(holding: position)
        let offset = Self.offset(of: position, in: chunks[place].positions)
        precondition(chunks[place].positions[offset] == position, "a position is removed only once")
        count -= 1
        chunks[place].positions.remove(at: offset)
        chunks[place].records.remove(at: offset)
        guard let first = chunks[place].positions.first else {
            firsts.remove(at: place)
            chunks.remove(at: place)
            return
        }
        firsts[place] = first
        // Small neighbours become one, so that entries left over in the middle do not each keep a chunk. The first
        // chunk is spared: it is about to be emptied, as most removals are of the oldest.
        if place > 0, chunks[place].positions.count < Self.chunkCapacity / 4 { mergeWithPrevious(place) }
    }

    /// Visits the entries behind `position`, ascending, until the body returns false.
    func forEach(after position: Position, _ body: (Position, TopicRecord) -> Bool) {
        guard !isEmpty else { return }
        var place = chunk(holding: position)
        var offset = Self.offset(of: position == .max ? position : position + 1, in: chunks[place].positions)
        while place < chunks.count {
            let chunk = chunks[place]
            while offset < chunk.positions.count {
                guard body(chunk.positions[offset], chunk.records[offset]) else { return }
                offset += 1
            }
            place += 1
            offset = 0
        }
    }

    /// The entry that has `distance` entries behind it; nil when there are not so many.
    func position(fromEnd distance: Int) -> Position? {
        guard distance < count else { return nil }
        var left = distance
        for chunk in chunks.reversed() {
            if left < chunk.positions.count { return chunk.positions[chunk.positions.count - 1 - left] }
            left -= chunk.positions.count
        }
        return nil
    }

    /// The entries from the last to the first.
    func makeDescendingIterator() -> DescendingIterator {
        DescendingIterator(chunks: chunks, place: chunks.count - 1, offset: chunks.last?.positions.count ?? 0)
    }

    struct DescendingIterator: IteratorProtocol {
        private let chunks: Deque<Chunk>
        private var place: Int
        private var offset: Int

        fileprivate init(chunks: Deque<Chunk>, place: Int, offset: Int) {
            self.chunks = chunks
            self.place = place
            self.offset = offset
        }

        mutating func next() -> (position: Position, record: TopicRecord)? {
            if offset == 0 {
                guard place > 0 else { return nil }
                place -= 1
                offset = chunks[place].positions.count
            }
            offset -= 1
            return (chunks[place].positions[offset], chunks[place].records[offset])
        }
    }

    /// The chunk that holds the position, or would; there must be one chunk at least.
    private func chunk(holding position: Position) -> Int {
        if firsts.count == 1 || position < firsts[1] { return 0 }
        var low = 1
        var high = firsts.count
        while low < high {
            let middle = low + (high - low) / 2
            if firsts[middle] <= position { low = middle + 1 } else { high = middle }
        }
        return low - 1
    }

    /// The offset of the first position that is not below the given one.
    private static func offset(of position: Position, in positions: [Position]) -> Int {
        var low = 0
        var high = positions.count
        while low < high {
            let middle = low + (high - low) / 2
            if positions[middle] < position { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private mutating func split(_ place: Int) {
        let middle = Self.chunkCapacity / 2
        let upper = Chunk(
            positions: Array(chunks[place].positions[middle...]), records: Array(chunks[place].records[middle...]))
        chunks[place].positions.removeSubrange(middle...)
        chunks[place].records.removeSubrange(middle...)
        chunks.insert(upper, at: place + 1)
        firsts.insert(upper.positions[0], at: place + 1)
    }

    private mutating func mergeWithPrevious(_ place: Int) {
        guard chunks[place - 1].positions.count + chunks[place].positions.count <= Self.chunkCapacity / 2 else {
            return
        }
        let chunk = chunks.remove(at: place)
        firsts.remove(at: place)
        chunks[place - 1].positions.append(contentsOf: chunk.positions)
        chunks[place - 1].records.append(contentsOf: chunk.records)
    }
}
