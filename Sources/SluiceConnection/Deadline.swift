internal import NIOCore

/// The one deadline of its owner: setting it anew replaces it.
struct Deadline {
    private var callback: NIOScheduledCallback?

    /// Has `owner.deadlinePassed()` called on the event loop when this time is over. Until then the owner is kept.
    mutating func set(in time: TimeAmount, on eventLoop: any EventLoop, for owner: any DeadlineOwner) {
        cancel()
        callback = try? eventLoop.scheduleCallback(
            in: time, handler: Handler(owner: NIOLoopBound(owner, eventLoop: eventLoop)))
    }

    mutating func cancel() {
        callback?.cancel()
        callback = nil
    }

    /// Carries the owner through the event loop's interface, which wants `Sendable`.
    private struct Handler: NIOScheduledCallbackHandler, Sendable {
        let owner: NIOLoopBound<any DeadlineOwner>

        func handleScheduledCallback(eventLoop: some EventLoop) {
            owner.value.deadlinePassed()
        }
    }
}

protocol DeadlineOwner: AnyObject {
    func deadlinePassed()
}
