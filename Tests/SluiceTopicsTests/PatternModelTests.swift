import SluiceTestSupport
internal import SluiceTopics
internal import Testing

/// Patterns compared with their model, over all names of a small universe.
@Suite struct PatternModelTests {
    /// `é` is there in both its spellings, and one segment begins with a combining mark.
    private static let segments = ["a", "$", "\u{E9}", "e\u{301}", "\u{301}"]

    @Test("matching agrees with the model, for every pattern and topic of up to three of seven segments")
    func matching() throws {
        let topics = try names(of: Self.segments, upTo: 3).map { try Topic($0) }
        let patterns = names(of: Self.segments + ["*", "**"], upTo: 3).compactMap { try? Pattern($0) }
        #expect(patterns.count == 1 + 6 + 6 + 36 + 36 + 216)
        for pattern in patterns {
            let model = PatternModel(pattern.text)
            for topic in topics where pattern.matches(topic) != model.matches(topic.name) {
                Issue.record("'\(pattern)' and '\(topic)'")
            }
        }
    }

    /// Besides the segments that occur in patterns, topics have one that occurs in none, and they are longer than any
    /// pattern: so the universe tells apart whatever patterns differ in.
    @Test("a pattern contains another exactly when it matches every topic that the other matches")
    func containment() throws {
        let topics = try names(of: ["a", "b", "$", "z"], upTo: 4).map { try Topic($0) }
        let patterns = names(of: ["a", "b", "$", "*", "**"], upTo: 3).compactMap { try? Pattern($0) }
        #expect(patterns.count == 1 + 4 + 4 + 16 + 16 + 64)
        let matches = patterns.map { pattern in
            let model = PatternModel(pattern.text)
            return Bits(topics.map { model.matches($0.name) })
        }
        for (pattern, mine) in zip(patterns, matches) {
            for (other, theirs) in zip(patterns, matches)
            where pattern.contains(other) != theirs.isSubset(of: mine) {
                Issue.record("'\(pattern)' and '\(other)'")
            }
        }
    }

    @Test("two patterns overlap exactly when some topic matches both")
    func overlap() throws {
        let topics = try names(of: ["a", "b", "$", "z"], upTo: 4).map { try Topic($0) }
        let patterns = names(of: ["a", "b", "$", "*", "**"], upTo: 3).compactMap { try? Pattern($0) }
        for pattern in patterns {
            let mine = topics.filter { PatternModel(pattern.text).matches($0.name) }
            for other in patterns {
                let model = PatternModel(other.text)
                if pattern.overlaps(other) != mine.contains(where: { model.matches($0.name) }) {
                    Issue.record("'\(pattern)' and '\(other)'")
                }
            }
        }
    }

    @Test("random long patterns and topics agree with the model", arguments: [1, 2, 3, 4] as [UInt64])
    func random(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        for _ in 0..<1000 {
            let name = randomSegments(&generator).joined(separator: "/")
            var pattern = name.split(separator: "/").map {
                Int.random(in: 0..<3, using: &generator) == 0 ? "*" : String($0)
            }
            // Mostly a pattern made from the topic, so that many match; sometimes an unrelated one.
            if Int.random(in: 0..<4, using: &generator) == 0 { pattern = randomSegments(&generator) }
            if Bool.random(using: &generator) {
                pattern.removeLast(Int.random(in: 0..<pattern.count, using: &generator))
                pattern.append("**")
            }
            let text = pattern.joined(separator: "/")
            #expect(
                try Pattern(text).matches(Topic(name)) == PatternModel(text).matches(name),
                "seed \(seed): '\(text)' and '\(name)'")
        }
    }

    private func randomSegments(_ generator: inout SplitMix64) -> [String] {
        (0..<Int.random(in: 1...12, using: &generator)).map { _ in
            Self.segments[Int.random(in: 0..<Self.segments.count, using: &generator)]
        }
    }
}

private struct Bits {
    private var words: [UInt64]

    init(_ bits: [Bool]) {
        words = Array(repeating: 0, count: (bits.count + 63) / 64)
        for (index, bit) in bits.enumerated() where bit { words[index / 64] |= 1 << (index % 64) }
    }

    func isSubset(of other: Bits) -> Bool {
        zip(words, other.words).allSatisfy { $0 & ~$1 == 0 }
    }
}
