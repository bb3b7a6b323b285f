package import SluiceTopics

/// A read's patterns made ready, each once, so that nothing of this is done under the log's lock.
package struct Selection {
    enum Part {
        case topic(Topic)
        case wildcard(PatternMatcher)
    }

    let parts: [(pattern: Pattern, part: Part)]
    let hasWildcard: Bool

    package var isEmpty: Bool { parts.isEmpty }

    package init(_ patterns: [Pattern]) {
        var seen: Set<Pattern> = []
        parts =
            patterns
            .filter { seen.insert($0).inserted }
            .map { ($0, $0.topic.map(Part.topic) ?? .wildcard(PatternMatcher($0))) }
        hasWildcard = parts.contains { if case .wildcard = $0.part { true } else { false } }
    }

    /// Whether one of the wildcard patterns matches.
    func wildcardMatches(_ topic: Topic) -> Bool {
        parts.contains { if case .wildcard(let matcher) = $0.part { matcher.matches(topic) } else { false } }
    }
}
