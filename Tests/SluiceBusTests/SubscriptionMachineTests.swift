import SluiceLog
import SluiceTopics
import Testing

@testable import SluiceBus

/// What can befall a subscription, written down as transcripts.
@Suite struct SubscriptionMachineTests {
    @Test("it reads from its place, and goes live at the head")
    func catchUp() {
        var machine = SubscriptionMachine(from: .after(3))
        #expect(machine.phase == .catchingUp)
        #expect(machine.step(hubPosition: 5) == .read(.after(3)))
        #expect(machine.isReading == true)
        machine.pageRead(next: place(4), head: 5)
        #expect(machine.isReading == false)
        #expect(machine.step(hubPosition: 5) == .read(place(4)))
        machine.pageRead(next: place(5), head: 5)
        #expect(machine.step(hubPosition: 5) == .goLive(from: .catchingUp))
        #expect(machine.phase == .live)
        #expect(machine.step(hubPosition: 5) == .none)
    }

    @Test("while a page is being read, it asks for no other")
    func oneRead() {
        var machine = SubscriptionMachine(from: .earliest)
        #expect(machine.step(hubPosition: 1) == .read(.earliest))
        #expect(machine.step(hubPosition: 2) == .none)
        #expect(machine.step(hubPosition: 3) == .none)
    }

    @Test("an event that comes before the first page is left to the pages")
    func eventBeforeFirstPage() {
        var machine = SubscriptionMachine(from: .after(3))
        #expect(machine.appended(4, isWritable: true) == .none)
        #expect(machine.step(hubPosition: 4) == .read(.after(3)))
        machine.pageRead(next: place(4), head: 4)
        #expect(machine.step(hubPosition: 4) == .goLive(from: .catchingUp))
        #expect(machine.appended(4, isWritable: true) == .none)
        #expect(machine.appended(5, isWritable: true) == .deliver)
    }

    @Test("an event that comes while a page is read, and is not in it, is read with another page")
    func eventBehindThePage() {
        var machine = SubscriptionMachine(from: .after(3))
        #expect(machine.step(hubPosition: 3) == .read(.after(3)))
        #expect(machine.appended(4, isWritable: true) == .none)
        machine.pageRead(next: place(3), head: 3)
        #expect(machine.step(hubPosition: 4) == .read(place(3)))
        machine.pageRead(next: place(4), head: 4)
        #expect(machine.step(hubPosition: 4) == .goLive(from: .catchingUp))
    }

    @Test("what the hub passes over is read behind what was handed over, also if that is newer")
    func passedOver() {
        var machine = SubscriptionMachine(liveThrough: 3)
        #expect(machine.appended(5, isWritable: true) == .deliver)
        #expect(machine.passedOver(5...5) == .lag)
        #expect(machine.phase == .lagging)
        #expect(machine.passedOver(5...8) == .none)
        #expect(machine.step(hubPosition: 8) == .read(.after(5)))
        machine.pageRead(next: place(7), head: 7)
        #expect(machine.step(hubPosition: 8) == .read(place(7)))
    }

    @Test("a page that was read before the last of what the hub passed over is followed by another")
    func passedOverWhileReading() {
        var machine = SubscriptionMachine(liveThrough: 3)
        #expect(machine.passedOver(4...4) == .lag)
        #expect(machine.step(hubPosition: 4) == .read(.after(3)))
        #expect(machine.passedOver(5...9) == .none)
        machine.pageRead(next: place(7), head: 7)
        #expect(machine.step(hubPosition: 9) == .read(place(7)))
        machine.pageRead(next: place(9), head: 9)
        #expect(machine.step(hubPosition: 9) == .goLive(from: .lagging))
    }

    @Test("an event that comes between two pages, and is in the second, comes once")
    func eventBetweenPages() {
        var machine = SubscriptionMachine(from: .after(0))
        #expect(machine.step(hubPosition: 2) == .read(.after(0)))
        machine.pageRead(next: place(1), head: 2)
        #expect(machine.appended(3, isWritable: true) == .none)
        #expect(machine.step(hubPosition: 3) == .read(place(1)))
        machine.pageRead(next: place(3), head: 3)
        #expect(machine.step(hubPosition: 3) == .goLive(from: .catchingUp))
        #expect(machine.appended(3, isWritable: true) == .none)
    }

    @Test("a page may be ahead of the hub: it waits for the hub, whose event is then no news")
    func hubBehindThePage() {
        var machine = SubscriptionMachine(from: .after(3))
        #expect(machine.step(hubPosition: 3) == .read(.after(3)))
        machine.pageRead(next: place(5), head: 5)
        #expect(machine.step(hubPosition: 3) == .awaitHub)
        #expect(machine.step(hubPosition: 4) == .awaitHub)
        #expect(machine.appended(5, isWritable: true) == .none)
        #expect(machine.step(hubPosition: 5) == .goLive(from: .catchingUp))
        #expect(machine.appended(6, isWritable: true) == .deliver)
    }

    @Test("while it waits for the hub, an event behind its place sends it back to the log")
    func eventWhileAwaitingHub() {
        var machine = SubscriptionMachine(from: .after(3))
        #expect(machine.step(hubPosition: 3) == .read(.after(3)))
        machine.pageRead(next: place(5), head: 5)
        #expect(machine.step(hubPosition: 3) == .awaitHub)
        #expect(machine.appended(6, isWritable: true) == .none)
        #expect(machine.step(hubPosition: 6) == .read(place(5)))
    }

    @Test("a page that was scanned to the head without a match is the head")
    func nothingSelected() {
        var machine = SubscriptionMachine(from: .after(0))
        #expect(machine.step(hubPosition: 900) == .read(.after(0)))
        machine.pageRead(next: place(900), head: 900)
        #expect(machine.step(hubPosition: 900) == .goLive(from: .catchingUp))
    }

    @Test("live, an event is delivered once, however often the hub brings it")
    func severalMatches() {
        var machine = SubscriptionMachine(liveThrough: 7)
        #expect(machine.appended(7, isWritable: true) == .none)
        #expect(machine.appended(8, isWritable: true) == .deliver)
        #expect(machine.appended(8, isWritable: true) == .none)
        #expect(machine.appended(12, isWritable: true) == .deliver)
        #expect(machine.appended(11, isWritable: true) == .none)
    }

    @Test("a full socket does not make it lag for an event that it has had")
    func fullButHad() {
        var machine = SubscriptionMachine(liveThrough: 7)
        #expect(machine.appended(7, isWritable: false) == .none)
        #expect(machine.phase == .live)
    }

    @Test("it begins to lag with the first event that does not fit, and reads on from just before it")
    func lag() {
        var machine = SubscriptionMachine(liveThrough: 7)
        #expect(machine.appended(9, isWritable: false) == .lag)
        #expect(machine.phase == .lagging)
        #expect(machine.appended(9, isWritable: false) == .none)
        #expect(machine.appended(10, isWritable: false) == .none)
        #expect(machine.step(hubPosition: 10) == .read(.after(8)))
        machine.pageRead(next: place(10), head: 10)
        #expect(machine.step(hubPosition: 10) == .goLive(from: .lagging))
        #expect(machine.appended(10, isWritable: true) == .none)
        #expect(machine.appended(11, isWritable: true) == .deliver)
    }

    @Test("a socket that has room again does not let an event overtake those that are still in the log")
    func noOvertaking() {
        var machine = SubscriptionMachine(liveThrough: 7)
        #expect(machine.appended(8, isWritable: false) == .lag)
        #expect(machine.appended(9, isWritable: true) == .none)
        #expect(machine.step(hubPosition: 9) == .read(.after(7)))
    }

    @Test("one that joins does not lag: it has not been promised anything but the log")
    func lagWhileJoining() {
        var machine = SubscriptionMachine(from: .after(3))
        #expect(machine.appended(4, isWritable: false) == .none)
        #expect(machine.phase == .catchingUp)
        #expect(machine.step(hubPosition: 4) == .read(.after(3)))
        #expect(machine.appended(5, isWritable: false) == .none)
        #expect(machine.phase == .catchingUp)
        machine.pageRead(next: place(4), head: 4)
        #expect(machine.step(hubPosition: 5) == .read(place(4)))
    }

    @Test("it can lag again and again, and what it knows of losses stays with its place")
    func lagAgain() {
        var machine = SubscriptionMachine(liveThrough: 1)
        #expect(machine.appended(2, isWritable: false) == .lag)
        #expect(machine.step(hubPosition: 2) == .read(.after(1)))
        machine.pageRead(next: place(2, losses: 4), head: 9)
        #expect(machine.step(hubPosition: 9) == .read(place(2, losses: 4)))
        machine.pageRead(next: place(9, losses: 4), head: 9)
        #expect(machine.step(hubPosition: 9) == .goLive(from: .lagging))
        #expect(machine.appended(10, isWritable: false) == .lag)
        #expect(machine.step(hubPosition: 10) == .read(.after(9)))
    }

    @Test("a foreign place is handed to the log as it is")
    func foreign() {
        var machine = SubscriptionMachine(from: .foreign)
        #expect(machine.step(hubPosition: 9) == .read(.foreign))
    }

    @Test("a read that is not wanted any more is made anew, from the same place")
    func abandonedRead() {
        var machine = SubscriptionMachine(from: .after(3))
        #expect(machine.step(hubPosition: 3) == .read(.after(3)))
        machine.readAbandoned()
        #expect(machine.isReading == false)
        #expect(machine.step(hubPosition: 3) == .read(.after(3)))
        machine.pageRead(next: place(5), head: 5)
        machine.readAbandoned()
        #expect(machine.step(hubPosition: 5) == .goLive(from: .catchingUp))
        machine.readAbandoned()
        #expect(machine.phase == .live)
    }

    @Test("after its end nothing happens, wherever it was", arguments: Start.allCases)
    private func end(start: Start) {
        var machine = start.machine
        machine.end()
        #expect(machine.phase == .ended)
        #expect(machine.isReading == false)
        #expect(machine.appended(100, isWritable: true) == .none)
        #expect(machine.appended(101, isWritable: false) == .none)
        #expect(machine.step(hubPosition: 200) == .none)
        machine.becameEmpty(at: 300)
        machine.end()
        #expect(machine.phase == .ended)
    }

    @Test("one that selects nothing any more owes nothing, wherever it was", arguments: Start.allCases)
    private func becameEmpty(start: Start) {
        var machine = start.machine
        machine.becameEmpty(at: 50)
        #expect(machine.phase == .live)
        #expect(machine.isReading == false)
        #expect(machine.step(hubPosition: 50) == .none)
        #expect(machine.appended(50, isWritable: true) == .none)
        #expect(machine.appended(51, isWritable: true) == .deliver)
    }

    private enum Start: CaseIterable {
        case catchingUp, reading, live, lagging, laggingAndReading, awaitingHub

        var machine: SubscriptionMachine {
            switch self {
            case .catchingUp:
                return SubscriptionMachine(from: .after(3))
            case .reading:
                var machine = SubscriptionMachine(from: .after(3))
                _ = machine.step(hubPosition: 3)
                return machine
            case .live:
                return SubscriptionMachine(liveThrough: 7)
            case .lagging:
                var machine = SubscriptionMachine(liveThrough: 7)
                _ = machine.appended(8, isWritable: false)
                return machine
            case .laggingAndReading:
                var machine = SubscriptionMachine(liveThrough: 7)
                _ = machine.appended(8, isWritable: false)
                _ = machine.step(hubPosition: 8)
                return machine
            case .awaitingHub:
                var machine = SubscriptionMachine(from: .after(3))
                _ = machine.step(hubPosition: 3)
                machine.pageRead(next: ReadPlace(position: 9, losses: .none), head: 9)
                _ = machine.step(hubPosition: 3)
                return machine
            }
        }
    }

    private func place(_ position: Position, losses: UInt64 = 0) -> ReadPlace {
        ReadPlace(position: position, losses: LossCount(inMemory: losses))
    }
}
