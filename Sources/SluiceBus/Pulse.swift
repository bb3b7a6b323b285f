internal import NIOCore

/// One timer for the heartbeats of all connections of a loop: a wheel on which each stands in one slot, and is
/// visited once per turn. A beat costs no allocation. The visits spread over the whole interval, so that a tick has few of
/// them (with 18,000 connections and 15 seconds, six), and a tick with none is slept through.
package final class Pulse {
    package protocol Member: AnyObject {
        func beat()
    }

    /// A member's place on the wheel.
    package struct Place {
        fileprivate let slot: Int
        fileprivate let member: ObjectIdentifier
    }

    private static let leastTick = TimeAmount.milliseconds(5)
    private static let slotCounts = 16...8192

    private let eventLoop: any EventLoop
    /// When tick 0 was, were the loop never late.
    private var start: NIODeadline
    private let tick: TimeAmount
    /// The members that are visited with tick n are in slot n, modulo the number of slots.
    private var slots: [[ObjectIdentifier: any Member]]
    private var joined = 0
    /// The next tick at which somebody is to be visited; nil while nobody is on the wheel.
    private var next: (tick: Int, callback: NIOScheduledCallback?)?

    init(interval: TimeAmount, eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        start = eventLoop.now
        let count = Int(clamping: interval.nanoseconds / Pulse.leastTick.nanoseconds)
        slots = Array(repeating: [:], count: min(max(count, Pulse.slotCounts.lowerBound), Pulse.slotCounts.upperBound))
        tick = .nanoseconds(interval.nanoseconds / Int64(slots.count))
    }

    /// A new member is visited first after half an interval at least, and members are spread evenly, also those who come
    /// at the same time.
    package func join(_ member: any Member) -> Place {
        let now = Int((eventLoop.now - start).nanoseconds / tick.nanoseconds)
        // Never in the last sixteenth, where a visit may be overdue.
        let first = now + slots.count * 15 / 16 - joined % (slots.count * 7 / 16)
        joined += 1
        let place = Place(slot: first % slots.count, member: ObjectIdentifier(member))
        slots[place.slot][place.member] = member
        if next.map({ first < $0.tick }) ?? true { schedule(first) }
        return place
    }

    package func leave(_ place: Place) {
        slots[place.slot][place.member] = nil
    }

    private func schedule(_ number: Int) {
        next?.callback?.cancel()
        let handler = TickHandler(pulse: NIOLoopBound(self, eventLoop: eventLoop))
        next = (number, try? eventLoop.scheduleCallback(at: start + tick * number, handler: handler))
    }

    fileprivate func visit() {
        guard let number = next?.tick else { return }
        next = nil
        for member in slots[number % slots.count].values { member.beat() }
        // A loop that stood still goes on where it was: nobody is visited twice in a row for it.
        let lateness = eventLoop.now - (start + tick * number)
        if lateness > tick * (slots.count / 16) { start = start + lateness }
        let following = (number + 1...number + slots.count).first { !slots[$0 % slots.count].isEmpty }
        if let following, next.map({ following < $0.tick }) ?? true { schedule(following) }
    }

    private struct TickHandler: NIOScheduledCallbackHandler, Sendable {
        let pulse: NIOLoopBound<Pulse>

        func handleScheduledCallback(eventLoop: some EventLoop) {
            pulse.value.visit()
        }
    }
}

@available(*, unavailable)
extension Pulse: Sendable {}
