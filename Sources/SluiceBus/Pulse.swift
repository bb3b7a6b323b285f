internal import NIOCore

/// One timer for the heartbeats of all connections of a loop: a wheel on which each stands in one slot, and is
/// visited once per turn. A beat costs no allocation, and the visits spread over the whole interval.
package final class Pulse {
    package protocol Member: AnyObject {
        func beat()
    }

    /// A member's place on the wheel.
    package struct Place {
        fileprivate let slot: Int
        fileprivate let member: ObjectIdentifier
    }

    private static let slotCount = 256

    private var slots: [[ObjectIdentifier: any Member]] = Array(repeating: [:], count: slotCount)
    private var hand = 0
    private var next = 0

    init(interval: TimeAmount, eventLoop: any EventLoop) {
        let tick = TimeAmount.nanoseconds(max(interval.nanoseconds / Int64(Pulse.slotCount), 100_000))
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        eventLoop.scheduleRepeatedTask(initialDelay: tick, delay: tick) { _ in bound.value.tick() }
    }

    /// A new member is visited first after half an interval at least, and members are spread evenly, also those who come
    /// at the same time.
    package func join(_ member: any Member) -> Place {
        let slot = (hand + Pulse.slotCount - 1 - next % (Pulse.slotCount / 2)) % Pulse.slotCount
        next += 1
        slots[slot][ObjectIdentifier(member)] = member
        return Place(slot: slot, member: ObjectIdentifier(member))
    }

    package func leave(_ place: Place) {
        slots[place.slot][place.member] = nil
    }

    private func tick() {
        hand = (hand + 1) % Pulse.slotCount
        for member in slots[hand].values { member.beat() }
    }
}

@available(*, unavailable)
extension Pulse: Sendable {}
