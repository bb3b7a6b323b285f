import Glibc
import NIOCore
import NIOEmbedded
import NIOPosix
import Testing

@testable import SluiceBus

@Suite("The wheel of heartbeats")
struct PulseTests {
    private final class Counter: Pulse.Member {
        private(set) var beats = 0
        var onBeat: (() -> Void)?

        func beat() {
            beats += 1
            onBeat?()
        }
    }

    private let eventLoop = EmbeddedEventLoop()

    @Test("visits each member once in every interval, and first after half of one at least")
    func once() {
        let pulse = Pulse(interval: .seconds(10), eventLoop: eventLoop)
        let members = (0..<100).map { _ in Counter() }
        for member in members { _ = pulse.join(member) }
        eventLoop.advanceTime(by: .milliseconds(4990))
        #expect(members.allSatisfy { $0.beats == 0 })
        eventLoop.advanceTime(by: .milliseconds(5010))
        #expect(members.allSatisfy { $0.beats == 1 })
        eventLoop.advanceTime(by: .seconds(30))
        #expect(members.allSatisfy { $0.beats == 4 })
    }

    @Test("spreads members evenly who come at the same time")
    func spread() {
        let pulse = Pulse(interval: .seconds(10), eventLoop: eventLoop)
        let members = (0..<10_000).map { _ in Counter() }
        var visits = 0
        for member in members {
            member.onBeat = { visits += 1 }
            _ = pulse.join(member)
        }
        var most = 0
        for _ in 0..<2000 {
            let before = visits
            eventLoop.advanceTime(by: .milliseconds(5))
            most = max(most, visits - before)
        }
        #expect(members.allSatisfy { $0.beats == 1 })
        #expect(most <= 14)
    }

    @Test("does not visit who has left, and goes on when somebody comes again")
    func leaving() {
        let pulse = Pulse(interval: .seconds(1), eventLoop: eventLoop)
        let (first, second) = (Counter(), Counter())
        let place = pulse.join(first)
        first.onBeat = { pulse.leave(place) }
        eventLoop.advanceTime(by: .seconds(5))
        #expect(first.beats == 1)
        pulse.leave(place)
        _ = pulse.join(second)
        eventLoop.advanceTime(by: .seconds(2))
        #expect((first.beats, second.beats) == (1, 2))
    }

    @Test("turns at any interval", arguments: [20, 1000, 3_600_000])
    func intervals(milliseconds: Int64) {
        let pulse = Pulse(interval: .milliseconds(milliseconds), eventLoop: eventLoop)
        let member = Counter()
        _ = pulse.join(member)
        eventLoop.advanceTime(by: .milliseconds(milliseconds * 3))
        #expect(member.beats == 3)
    }

    @Test("visits nobody twice in a row when the loop has stood still")
    func standstill() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let eventLoop = group.next()
        let gaps = try await eventLoop.flatSubmit { () -> EventLoopFuture<[TimeAmount]> in
            let pulse = Pulse(interval: .milliseconds(100), eventLoop: eventLoop)
            let members = (0..<20).map { _ in Counter() }
            let places = members.map { pulse.join($0) }
            let gaps = eventLoop.makePromise(of: [TimeAmount].self)
            var times = Array(repeating: [NIODeadline](), count: members.count)
            for (number, member) in members.enumerated() {
                member.onBeat = {
                    times[number].append(.now())
                    // The loop stands still, for longer than three intervals.
                    if number == 0, member.beats == 1 { usleep(350_000) }
                    guard times.allSatisfy({ $0.count >= 4 }) else { return }
                    for (place, member) in zip(places, members) {
                        pulse.leave(place)
                        member.onBeat = nil
                    }
                    gaps.succeed(times.flatMap { times in zip(times.dropFirst(), times).map { $0 - $1 } })
                }
            }
            return gaps.futureResult
        }.get()
        // A visit may have been late by a sixteenth; it is never early.
        #expect(gaps.allSatisfy { $0 >= .milliseconds(90) }, "\(gaps)")
        try await group.shutdownGracefully()
    }
}
