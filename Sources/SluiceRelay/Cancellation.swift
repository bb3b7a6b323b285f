internal import Synchronization

/// Cancels a task, also one that is not there yet.
final class Cancellation: Sendable {
    private enum State {
        case waiting
        case task(Task<Void, Never>)
        case cancelled
    }

    private let state = Mutex(State.waiting)

    func cancels(_ task: Task<Void, Never>) {
        let isCancelled = state.withLock { state in
            if case .cancelled = state { return true }
            state = .task(task)
            return false
        }
        if isCancelled { task.cancel() }
    }

    func cancel() {
        let task: Task<Void, Never>? = state.withLock { state in
            defer { state = .cancelled }
            if case .task(let task) = state { return task }
            return nil
        }
        task?.cancel()
    }
}
