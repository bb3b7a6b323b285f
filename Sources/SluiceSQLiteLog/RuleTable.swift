internal import SluiceLog
internal import SluiceTopics

/// The retention rules, made ready: the first whose pattern matches a topic counts.
struct RuleTable: Sendable {
    private let rules: [(rule: RetentionRule, limits: TopicLimits)]
    private let standard = TopicLimits(.standard)

    init(_ rules: [RetentionRule]) {
        self.rules = rules.map { ($0, TopicLimits($0)) }
    }

    func limits(for topic: Topic) -> TopicLimits {
        guard let (rule, limits) = rules.first(where: { $0.rule.pattern.matches(topic) }) else { return standard }
        guard rule.durability == .memory else { return limits }
        // What the file still has of it, from when it was of the other class, is to go.
        return TopicLimits(RetentionRule(pattern: rule.pattern, maximumEvents: 0))
    }

    var hasMemoryClass: Bool { rules.contains { $0.rule.durability == .memory } }

    func durability(of topic: Topic) -> Durability {
        rules.first { $0.rule.pattern.matches(topic) }?.rule.durability ?? .disk
    }

    /// Whether topics of class memory can match the pattern.
    func reachesMemoryClass(_ pattern: Pattern) -> Bool {
        for (rule, _) in rules {
            if rule.durability == .memory, rule.pattern.overlaps(pattern) { return true }
            // No later rule counts for any topic that it matches.
            if rule.pattern.contains(pattern) { return false }
        }
        return false
    }

    // MARK: In the file

    /// Which topics are of which class, as the file keeps it to notice a change: a line for each rule, and nothing if no
    /// topic is of class memory.
    var classes: String {
        hasMemoryClass ? rules.map { "\($0.rule.durability.rawValue) \($0.rule.pattern)" }.joined(separator: "\n") : ""
    }

    /// The classes alone, from the file.
    init(classes: String) {
        self.init(
            classes.split(separator: "\n").compactMap { line in
                let parts = line.split(separator: " ", maxSplits: 1)
                guard parts.count == 2, let durability = Durability(rawValue: String(parts[0])),
                    let pattern = try? Pattern(String(parts[1]))
                else { return nil }
                return RetentionRule(pattern: pattern, durability: durability)
            })
    }
}
