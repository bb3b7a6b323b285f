internal import SluiceTopics
internal import Synchronization

/// Which loops have a subscriber for a topic, so that a publish wakes just those.
final class Interest: Sendable {
    /// Bit n stands for loop n.
    typealias Loops = UInt64
    static let maximumLoops = 64

    private let index = Mutex(TopicIndex<Loops>())

    func add(_ pattern: Pattern, loop: Int) {
        index.withLock { $0[pattern] = ($0[pattern] ?? 0) | 1 << UInt64(loop) }
    }

    func remove(_ pattern: Pattern, loop: Int) {
        index.withLock { index in
            let rest = (index[pattern] ?? 0) & ~(1 << UInt64(loop))
            index[pattern] = rest == 0 ? nil : rest
        }
    }

    func loops(for topic: Topic) -> Loops {
        index.withLock { index in
            var loops: Loops = 0
            index.forEachMatch(of: topic) { loops |= $0 }
            return loops
        }
    }
}
