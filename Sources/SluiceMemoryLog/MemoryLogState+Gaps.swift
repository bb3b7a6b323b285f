internal import SluiceLog
package import SluiceTopics

// How it is decided that nothing was missed
//
// A reader's place is a position P and a count of losses L that it knows of. A pattern has a gap when some event that
// it matches was lost, lies behind P, and is a loss with a number above L. Since a topic loses its events from the
// front, its latest loss is the highest in both respects, so a topic has a gap exactly when
// `evictedThrough > P && lastLoss > L`.
//
// A topic by name is looked up. For a wildcard pattern the candidates are the topics that satisfy either half of that
// condition: `lossesByPosition` has those with `evictedThrough > P` at its end, `lossesByAge` those with `lastLoss > L`.
// Which of the two is short depends on the reader: a client that returns with a cursor (L = 0) mostly has a P behind
// nearly all losses, one that is catching up in this process has an old P but an L of a moment ago. So both are walked
// in turn, and the one that ends first has decided, in no more than twice the steps of the shorter.
//
// Neither is short for a client that returns with a cursor older than the losses of very many topics, and no index can
// help with every pattern (`*/status` with a million first segments). There the walk stops after `maximumGapScan`
// topics and the patterns that are still undecided count as having a gap, which the client was to expect: such a place
// is below the `floor`.

extension MemoryLogState {
    /// The oldest place from which gaps are decided exactly: neither a topic that was forgotten nor more topics than
    /// a read looks at have lost an event behind it.
    package var floor: Position {
        max(collectedThrough, lossesByPosition.position(fromEnd: configuration.maximumGapScan) ?? 0)
    }

    /// Whether every event of the selection that lies behind a place is here.
    package func hasAll(of selection: Selection, after position: Position) -> Bool {
        gaps(in: selection, after: .after(position)).isEmpty
    }

    /// The selected patterns that lost an event behind the place of which its reader does not know.
    func gaps(in selection: Selection, after place: ReadPlace) -> [Pattern] {
        if place.isForeign { return selection.parts.map(\.pattern) }
        guard losses > place.losses.inMemory, head > place.position else { return [] }

        var isGap = Array(repeating: false, count: selection.parts.count)
        var undecided: [(index: Int, matcher: PatternMatcher)] = []
        for (index, (_, part)) in selection.parts.enumerated() {
            switch part {
            case .topic(let topic): isGap[index] = hasLoss(topic, after: place)
            case .wildcard where hasForgottenLoss(after: place): isGap[index] = true
            case .wildcard(let matcher): undecided.append((index, matcher))
            }
        }
        walkLosses(after: place) { record in
            undecided.removeAll { index, matcher in
                guard matcher.matches(record.topic) else { return false }
                isGap[index] = true
                return true
            }
            return undecided.isEmpty ? .decided : .goOn
        } tooMany: {
            for (index, _) in undecided { isGap[index] = true }
        }
        return zip(selection.parts, isGap).compactMap { $1 ? $0.pattern : nil }
    }

    private func hasLoss(_ topic: Topic, after place: ReadPlace) -> Bool {
        guard let record = records[topic] else { return hasForgottenLoss(after: place) }
        return record.hasLoss(after: place)
    }

    /// Whether a topic that the log does not know may have lost something.
    private func hasForgottenLoss(after place: ReadPlace) -> Bool {
        collectedThrough > place.position && collectedLoss > place.losses.inMemory
    }

    private enum Walk {
        case goOn
        case decided
    }

    /// Visits the topics that lost an event after the place, until `visit` has decided; some may come twice.
    private func walkLosses(after place: ReadPlace, visit: (TopicRecord) -> Walk, tooMany: () -> Void) {
        var byPosition = lossesByPosition.makeDescendingIterator()
        var byAge = lossesByAge.last
        for _ in 0..<configuration.maximumGapScan {
            guard let (position, record) = byPosition.next(), position > place.position else { return }
            if record.lastLoss > place.losses.inMemory, visit(record) == .decided { return }

            guard let recent = byAge, recent.lastLoss > place.losses.inMemory else { return }
            if recent.evictedThrough > place.position, visit(recent) == .decided { return }
            byAge = lossesByAge.previous(of: recent)
        }
        // The walk was long enough if it was just about to end.
        guard let (position, _) = byPosition.next(), position > place.position,
            let byAge, byAge.lastLoss > place.losses.inMemory
        else { return }
        tooMany()
    }
}

extension TopicRecord {
    fileprivate func hasLoss(after place: ReadPlace) -> Bool {
        evictedThrough > place.position && lastLoss > place.losses.inMemory
    }
}
