internal import SluiceTopics

/// Who is interested in one pattern on one loop: an array to walk, from which one can leave in constant time.
final class Members {
    /// Where a subscription stands in one `Members`.
    struct Slot {
        let pattern: Pattern
        let members: Members
        var index: Int
    }

    private(set) var subscriptions: ContiguousArray<Subscription> = []
    /// Who waits for one event.
    var watches: [ObjectIdentifier: Watch] = [:]

    var isEmpty: Bool { subscriptions.isEmpty && watches.isEmpty }

    func append(_ subscription: Subscription, for pattern: Pattern) {
        subscription.slots.append(Slot(pattern: pattern, members: self, index: subscriptions.count))
        subscriptions.append(subscription)
    }

    func remove(_ subscription: Subscription) {
        let slot = subscription.slots.remove(at: slotIndex(of: subscription))
        let last = subscriptions.removeLast()
        guard slot.index < subscriptions.count else { return }
        subscriptions[slot.index] = last
        last.slots[slotIndex(of: last)].index = slot.index
    }

    private func slotIndex(of subscription: Subscription) -> Int {
        guard let index = subscription.slots.firstIndex(where: { $0.members === self }) else {
            preconditionFailure("a member has a slot")
        }
        return index
    }
}

@available(*, unavailable)
extension Members: Sendable {}
