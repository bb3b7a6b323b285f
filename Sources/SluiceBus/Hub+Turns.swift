internal import DequeModule
internal import NIOCore

/// A hub works in turns: each drains the inbox, and has a few of those who are behind read from the log.
///
/// A loop of NIO looks at its sockets only when none of its tasks is due. So after a turn that was long, or that has not
/// served everyone, the next one is not due at once: whatever comes meanwhile, the sockets come first.
struct HubTurns {
    fileprivate enum State {
        case idle
        /// The loop's next round has one.
        case due
        case running
        /// The sockets come before the next one.
        case resting
    }

    fileprivate static let readers = 16
    fileprivate static let longTurn = TimeAmount.milliseconds(1)
    /// So much that the task is not due yet when the loop looks for due ones, also when its code is not in the cache any more.
    fileprivate static let rest = TimeAmount.microseconds(100)
    /// What another thread is about to do should be done by then.
    fileprivate static let patience = TimeAmount.milliseconds(1)

    fileprivate var state = State.idle
    fileprivate var readers = Deque<Subscriber>()
}

extension Hub {
    /// Runs when the inbox has something, and when someone is to read.
    func turn() {
        switch turns.state {
        case .idle, .due: break
        case .running, .resting: return
        }
        turns.state = .running
        let start = eventLoop.now
        drain()
        for _ in 0..<min(turns.readers.count, HubTurns.readers) {
            let subscriber = turns.readers.removeFirst()
            subscriber.isWaitingToRead = false
            subscriber.pump()
        }
        if turns.readers.isEmpty, eventLoop.now - start < HubTurns.longTurn {
            turns.state = .idle
        } else {
            turns.state = .resting
            let bound = NIOLoopBound(self, eventLoop: eventLoop)
            eventLoop.scheduleTask(in: HubTurns.rest) {
                bound.value.turns.state = .due
                bound.value.turn()
            }
        }
    }

    /// Has the subscriber go on reading when its turn comes.
    func readLater(_ subscriber: Subscriber) {
        guard !subscriber.isWaitingToRead else { return }
        subscriber.isWaitingToRead = true
        turns.readers.append(subscriber)
        guard case .idle = turns.state else { return }
        turns.state = .due
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        eventLoop.execute { bound.value.turn() }
    }

    /// Has the subscriber look again in a while: another thread has stored an event and is about to hand it to the hub.
    func readSoon(_ subscriber: Subscriber) {
        guard !subscriber.isWaitingToRead else { return }
        subscriber.isWaitingToRead = true
        let bound = NIOLoopBound((self, subscriber), eventLoop: eventLoop)
        eventLoop.scheduleTask(in: HubTurns.patience) {
            let (hub, subscriber) = bound.value
            subscriber.isWaitingToRead = false
            hub.readLater(subscriber)
        }
    }
}
