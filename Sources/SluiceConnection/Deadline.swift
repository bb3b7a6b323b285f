internal import NIOCore

/// The one deadline of its owner: setting it anew replaces it.
///
/// A connection sets it several times for each request and seldom lives to see it, so the event loop is asked for a callback
/// only when none is under way that comes early enough; one that comes too early asks for the next.
struct Deadline {
    private var due: NIODeadline?
    private var callback: (scheduled: NIOScheduledCallback, at: NIODeadline)?

    /// Has `owner.deadlinePassed()` called on the event loop when this time is over. Until it is cancelled the owner is kept.
    mutating func set(in time: TimeAmount, on eventLoop: any EventLoop, for owner: any DeadlineOwner) {
        let due = eventLoop.now + time
        self.due = due
        if let callback, callback.at <= due { return }
        callback?.scheduled.cancel()
        schedule(at: due, on: eventLoop, for: owner)
    }

    /// Nothing happens until it is set again.
    mutating func suspend() {
        due = nil
    }

    /// Lets go of the owner.
    mutating func cancel() {
        due = nil
        callback?.scheduled.cancel()
        callback = nil
    }

    private mutating func schedule(at time: NIODeadline, on eventLoop: any EventLoop, for owner: any DeadlineOwner) {
        let handler = Handler(owner: NIOLoopBound(owner, eventLoop: eventLoop))
        callback = (try? eventLoop.scheduleCallback(at: time, handler: handler)).map { ($0, time) }
    }

    /// - Returns: whether the deadline has passed.
    fileprivate mutating func calledBack(on eventLoop: any EventLoop, for owner: any DeadlineOwner) -> Bool {
        callback = nil
        guard let due else { return false }
        guard due <= eventLoop.now else {
            schedule(at: due, on: eventLoop, for: owner)
            return false
        }
        self.due = nil
        return true
    }

    /// Carries the owner through the event loop's interface, which wants `Sendable`.
    private struct Handler: NIOScheduledCallbackHandler, Sendable {
        let owner: NIOLoopBound<any DeadlineOwner>

        func handleScheduledCallback(eventLoop: some EventLoop) {
            let owner = owner.value
            if owner.deadline.calledBack(on: eventLoop, for: owner) { owner.deadlinePassed() }
        }
    }
}

protocol DeadlineOwner: AnyObject {
    var deadline: Deadline { get set }
    func deadlinePassed()
}
