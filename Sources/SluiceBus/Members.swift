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

    /// What of the newest drain was for these members.
    private struct Share {
        var drain = 0
        var events = 0
        /// The first and the last event that they were not given.
        var passedOver: ClosedRange<Position>?
    }

    private var share = Share()

    enum ShareAction: Hashable {
        /// - Parameter isFirst: of this drain.
        case deliver(isFirst: Bool)
        /// They had enough: this is the first event that they read from the log.
        case overdrawn
        /// Nothing, since they read from the log by now.
        case none
    }

    func takeShare(_ position: Position, ofDrain drain: Int, within budget: DrainBudget) -> ShareAction {
        if share.drain != drain { share = Share(drain: drain) }
        if let first = share.passedOver?.lowerBound {
            share.passedOver = first...position
            return .none
        }
        if share.events >= budget.leastEvents, share.events * subscriptions.count >= budget.mostDeliveries {
            share.passedOver = position...position
            return .overdrawn
        }
        share.events += 1
        return .deliver(isFirst: share.events == 1)
    }

    /// Has them read what of the newest drain they were not given.
    func lag() {
        guard let positions = share.passedOver else { return }
        for subscription in subscriptions { subscription.subscriber?.lag(behind: positions, in: subscription) }
    }

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
