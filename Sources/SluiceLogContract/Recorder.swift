internal import Synchronization

/// Keeps what callbacks on any thread bring, in the order in which they bring it, for a test that waits for it.
final class Recorder<Element: Sendable>: Sendable {
    private struct State {
        var elements: [Element] = []
        var waiting: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    var elements: [Element] { state.withLock { $0.elements } }

    func record(_ new: [Element]) {
        let ready = state.withLock { state in
            state.elements += new
            let count = state.elements.count
            defer { state.waiting.removeAll { $0.count <= count } }
            return state.waiting.filter { $0.count <= count }.map(\.continuation)
        }
        for continuation in ready { continuation.resume() }
    }

    func record(_ new: Element) { record([new]) }

    /// Everything that there is, once it is at least so much.
    func elements(atLeast count: Int) async -> [Element] {
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                if state.elements.count < count { state.waiting.append((count, continuation)) }
                return state.elements.count >= count
            }
            if isReady { continuation.resume() }
        }
        return elements
    }
}
