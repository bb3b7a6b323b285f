internal import SluiceTopics

/// What of a selection can still bring events. A pattern always can.
struct OpenTopics: Hashable {
    private var patterns: [Pattern]

    init(_ selection: [Pattern]) {
        patterns = selection
    }

    var isEmpty: Bool { patterns.isEmpty }

    /// The topics that were named.
    var topics: [String] { patterns.compactMap(\.topic?.name) }

    /// The topic has had its last event.
    mutating func end(_ topic: String) {
        guard let topic = try? Topic(topic) else { return }
        patterns.removeAll { $0.topic == topic }
    }
}
