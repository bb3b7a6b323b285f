import SluiceTopics
import Synchronization

/// What the publisher knows: every event that was answered with 201, in the order of the log.
final class FleetTruth: Sendable {
    struct Entry: Sendable {
        let position: Position
        let topic: Topic
        let data: String
    }

    private struct State {
        var entries: [Entry] = []
        var last: Position?
        var gaps = 0
    }

    private let state = Mutex(State())

    var count: Int { state.withLock { $0.entries.count } }
    var announcedGaps: Int { state.withLock { $0.gaps } }
    /// The position of the very last event, once it is known.
    var last: Position? { state.withLock { $0.last } }
    var entries: [Entry] { state.withLock { $0.entries } }

    func add(_ entry: Entry) { state.withLock { $0.entries.append(entry) } }

    func finish() { state.withLock { $0.last = $0.entries.last?.position } }

    func addGaps(_ count: Int) { state.withLock { $0.gaps += count } }
}
