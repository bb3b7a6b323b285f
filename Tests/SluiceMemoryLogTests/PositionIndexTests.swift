import SluiceTestSupport
import SluiceTopics
import Testing

@testable import SluiceMemoryLog

@Suite("The index of positions")
struct PositionIndexTests {
    @Test("gives what a sorted array gives, whatever is inserted and removed", arguments: UInt64(1)...6)
    func model(_ seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var index = PositionIndex()
        var model: [Position] = []
        let record = TopicRecord("a")
        var next: Position = 0
        for step in 0..<6000 {
            // It grows, then shrinks from the front or from anywhere, by turns.
            let isGrowing = (step / 1500) % 2 == 0
            if isGrowing ? Int.random(in: 0..<10, using: &random) < 8 : model.isEmpty {
                next += UInt64.random(in: 1...3, using: &random)
                let position = Bool.random(using: &random) ? next : UInt64.random(in: 1...next, using: &random)
                guard !model.contains(position) else { continue }
                index.insert(record, at: position)
                model.insert(position, at: model.firstIndex { $0 > position } ?? model.count)
            } else if !model.isEmpty {
                let place = seed % 2 == 0 ? 0 : Int.random(in: 0..<model.count, using: &random)
                index.remove(model.remove(at: place))
            }
            guard step % 50 == 0 else { continue }
            #expect(index.entries.map(\.position) == model, "seed \(seed), step \(step)")
            #expect(index.count == model.count)
            #expect(index.first?.position == model.first)
            #expect(index.last == model.last)
            let distance = Int.random(in: 0...model.count, using: &random)
            #expect(index.position(fromEnd: distance) == model.dropLast(distance).last, "seed \(seed), step \(step)")
            let start = UInt64.random(in: 0...next + 1, using: &random)
            var visited: [Position] = []
            index.forEach(after: start) { position, _ in
                visited.append(position)
                return visited.count < 300
            }
            #expect(visited == Array(model.filter { $0 > start }.prefix(300)), "seed \(seed), step \(step)")
            var descending = index.makeDescendingIterator()
            var backwards: [Position] = []
            while let entry = descending.next() { backwards.append(entry.position) }
            #expect(backwards == model.reversed(), "seed \(seed), step \(step)")
        }
    }
}
