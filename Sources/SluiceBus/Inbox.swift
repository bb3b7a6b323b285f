internal import NIOCore
internal import SluiceTopics
internal import Synchronization

/// What other threads have for one hub. Bounded: a loop that falls behind by more than this gets no more events
/// handed over; its subscribers read them from the log instead, each as fast as it can.
final class Inbox: Sendable {
    struct Batch {
        var events: [Event] = []
        /// The first and the last event that did not fit, if any: these everyone reads from the log.
        var overflow: ClosedRange<Position>?
        /// Every event up to here was offered to this inbox, if anyone on its loop selects it.
        var dispatched: Position = 0
    }

    private struct State {
        var batch = Batch()
        var bytes = 0
        var isAwake = false
    }

    private static let maximumEvents = 16_384
    private static let maximumBytes = 16 << 20

    private let state = Mutex(State())

    /// - Returns: whether the loop has to be woken.
    func add(_ event: Event) -> Bool {
        state.withLock { state in
            if let first = state.batch.overflow?.lowerBound {
                state.batch.overflow = first...event.position
            } else if state.batch.events.count < Inbox.maximumEvents, state.bytes < Inbox.maximumBytes {
                state.batch.events.append(event)
                state.bytes += event.payload.data.readableBytes
            } else {
                state.batch.overflow = event.position...event.position
            }
            defer { state.isAwake = true }
            return !state.isAwake
        }
    }

    func dispatched(through position: Position) {
        state.withLock { $0.batch.dispatched = position }
    }

    func take() -> Batch {
        state.withLock { state in
            state.bytes = 0
            state.isAwake = false
            let batch = state.batch
            state.batch = Batch(dispatched: batch.dispatched)
            return batch
        }
    }
}
