import SluiceTopics
import Testing

@testable import SluiceMemoryLog

@Suite("The matcher of patterns")
struct PatternMatcherTests {
    @Test("says the same as the pattern, for every small topic")
    func equalsPattern() throws {
        let segments = ["a", "b", "ab", "$a", "caf\u{e9}-in-a-long-segment"]
        let topics = combinations(of: segments, length: 3).map { Topic(unchecked: $0) }
        let patterns =
            combinations(of: segments + ["*"], length: 3)
            + combinations(of: segments + ["*"], length: 2).map { $0 + "/**" } + ["**"]
        for pattern in try patterns.map({ try Pattern($0) }) {
            let matcher = PatternMatcher(pattern)
            for topic in topics where matcher.matches(topic) != pattern.matches(topic) {
                Issue.record("\(pattern) and \(topic): \(matcher.matches(topic))")
            }
        }
    }

    private func combinations(of segments: [String], length: Int) -> [String] {
        guard length > 1 else { return segments }
        let shorter = combinations(of: segments, length: length - 1)
        return segments + shorter.flatMap { rest in segments.map { "\($0)/\(rest)" } }
    }
}
