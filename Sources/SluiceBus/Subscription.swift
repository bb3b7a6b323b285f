internal import SluiceLog
package import SluiceTopics

/// A selection, a cursor and a state. It belongs to one subscriber and one hub, and to their event loop.
package final class Subscription {
    // What every delivery needs comes first, as in `Subscriber`.
    /// Nil once the subscription has ended.
    package private(set) var subscriber: Subscriber?
    package var machine: SubscriptionMachine
    package private(set) var selection: [Pattern]
    /// What the client named the subscription, as JSON text; replayed events carry it.
    package let ref: String?
    /// The cursor that the client came with, as it wrote it; what a gap in the first page is reported to lie behind.
    var requestedCursor: String?
    /// Numbers the reads: a page that answers any but the newest is not wanted any more.
    var reads = 0
    /// Topics whose end the client was told.
    var ended: Set<Topic> = []
    /// Where the hub keeps this subscription, to find it again at once.
    var slots: [Members.Slot] = []

    init(
        subscriber: Subscriber, selection: [Pattern], machine: consuming SubscriptionMachine, ref: String? = nil,
        requestedCursor: String? = nil
    ) {
        self.subscriber = subscriber
        self.selection = selection
        self.machine = machine
        self.ref = ref
        self.requestedCursor = requestedCursor
    }

    /// Whether it can come to an end: all of it is named, and each of the topics has ended.
    package var hasEnded: Bool {
        !selection.isEmpty && selection.allSatisfy { $0.topic.map(ended.contains) ?? false }
    }

    /// Nothing more comes; whoever still walks over it finds nobody behind it.
    func end() {
        machine.end()
        subscriber = nil
    }

    func add(_ patterns: [Pattern], ended topics: Set<Topic>) {
        selection += patterns
        ended.formUnion(topics)
    }

    func remove(_ pattern: Pattern) {
        selection.removeAll { $0 == pattern }
        if let topic = pattern.topic { ended.remove(topic) }
    }
}

@available(*, unavailable)
extension Subscription: Sendable {}
