import SluiceTestSupport
internal import Testing

@testable internal import SluiceTopics

/// An index compared with a plain list of patterns, through random insertions, replacements and removals.
@Suite struct TopicIndexModelTests {
    private static let segments = ["a", "b", "$", "\u{E9}", "e\u{301}", "\u{301}", "a-segment-of-more-than-15-bytes"]

    private struct Registration {
        let pattern: Pattern
        let model: PatternModel
        var value: Int
    }

    @Test("it finds what the list finds, and keeps nothing else", arguments: [1, 2, 3, 4] as [UInt64])
    func random(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        var index = TopicIndex<Int>()
        var list: [Registration] = []
        for step in 0..<1200 {
            // It grows for a while, then shrinks, several times, down to nothing at the end.
            let isGrowing = step % 400 < 240
            if Int.random(in: 0..<10, using: &generator) < (isGrowing ? 7 : 1) {
                let pattern = try randomPattern(&generator)
                index[pattern] = step
                if let place = list.firstIndex(where: { $0.pattern == pattern }) {
                    list[place].value = step
                } else {
                    list.append(Registration(pattern: pattern, model: PatternModel(pattern.text), value: step))
                }
            } else if let place = list.indices.randomElement(using: &generator) {
                index[list.remove(at: place).pattern] = nil
            } else {
                index[try randomPattern(&generator)] = nil
            }
            try compare(index, list, step: step, seed: seed, &generator)
        }
        for registration in list.shuffled(using: &generator) { index[registration.pattern] = nil }
        try compare(index, [], step: -1, seed: seed, &generator)
    }

    private func compare(
        _ index: TopicIndex<Int>, _ list: [Registration], step: Int, seed: UInt64, _ generator: inout SplitMix64
    ) throws {
        let place: Comment = "seed \(seed), step \(step)"
        try #require(index.count == list.count, place)
        try #require(index.isEmpty == list.isEmpty, place)
        for _ in 0..<4 {
            let topic = try Topic(randomName(&generator))
            var found: [Int] = []
            index.forEachMatch(of: topic) { found.append($0) }
            let expected = list.filter { $0.model.matches(topic.name) }.map(\.value)
            try #require(found.sorted() == expected.sorted(), "seed \(seed), step \(step), topic '\(topic)'")
        }
        let pattern = try randomPattern(&generator)
        try #require(index[pattern] == list.first { $0.pattern == pattern }?.value, place)
        try #require(index.wildcards.nodes.count - index.wildcards.vacant.count == nodes(for: list), place)
    }

    /// How many nodes a trie of these patterns has: the root, and one for each different beginning, where a `**` at
    /// the end has none of its own.
    private func nodes(for list: [Registration]) -> Int {
        var beginnings: Set<[[UInt8]]> = [[]]
        for registration in list where registration.pattern.hasWildcard {
            let segments = registration.model.segments.filter { $0 != Array("**".utf8) }
            for length in 0...segments.count { beginnings.insert(Array(segments.prefix(length))) }
        }
        return beginnings.count
    }

    private func randomName(_ generator: inout SplitMix64) -> String {
        (0..<Int.random(in: 1...4, using: &generator))
            .map { _ in Self.segments[Int.random(in: 0..<Self.segments.count, using: &generator)] }
            .joined(separator: "/")
    }

    private func randomPattern(_ generator: inout SplitMix64) throws -> Pattern {
        let segments = Self.segments + ["*", "*", "*"]
        var text = (0..<Int.random(in: 0...4, using: &generator))
            .map { _ in segments[Int.random(in: 0..<segments.count, using: &generator)] }
        if text.isEmpty || Int.random(in: 0..<3, using: &generator) == 0 { text.append("**") }
        return try Pattern(text.joined(separator: "/"))
    }
}
