import SluiceTestSupport
import SluiceTopics
import Testing

@testable import SluiceAccess

@Suite struct TicketOfficeTests {
    private let start = ContinuousClock.now
    private let principal = Principal(name: "one", permissions: .none)

    private func office(lifetime: Duration = .seconds(60), maximum: Int = 3) -> TicketOffice {
        TicketOffice(configuration: TicketOffice.Configuration(lifetime: lifetime, maximumTickets: maximum))
    }

    @Test("a ticket is good once")
    func once() throws {
        let office = office()
        var generator = SplitMix64(seed: 1)
        let ticket = try #require(office.issue(to: principal, now: start, using: &generator))
        #expect(office.redeem(ticket, now: start) == principal)
        #expect(office.redeem(ticket, now: start) == nil)
    }

    @Test("a ticket is 256 bits, and no two are alike")
    func unlike() throws {
        let office = office(maximum: 1000)
        var generator = SplitMix64(seed: 1)
        let tickets = (0..<500).compactMap { _ in office.issue(to: principal, now: start, using: &generator) }
        #expect(Set(tickets).count == 500)
        #expect(tickets.allSatisfy { $0.utf8.count == 64 })
    }

    @Test("it is good until its lifetime is over, and not at that instant", arguments: [0, 59, 60, 61])
    func expiry(seconds: Int) throws {
        let office = office()
        var generator = SplitMix64(seed: 1)
        let ticket = try #require(office.issue(to: principal, now: start, using: &generator))
        #expect(office.redeem(ticket, now: start + .seconds(seconds)) == (seconds < 60 ? principal : nil))
    }

    @Test("what was never issued is not a ticket", arguments: ["", "00", String(repeating: "0", count: 64)])
    func neverIssued(text: String) {
        let office = office()
        var generator = SplitMix64(seed: 1)
        _ = office.issue(to: principal, now: start, using: &generator)
        #expect(office.redeem(text, now: start) == nil)
    }

    @Test("only so many are valid at once; one that is used or has expired makes room")
    func cap() throws {
        let office = office()
        var generator = SplitMix64(seed: 1)
        var tickets = try (0..<3).map { second in
            try #require(office.issue(to: principal, now: start + .seconds(second), using: &generator))
        }
        #expect(office.issue(to: principal, now: start + .seconds(3), using: &generator) == nil)
        #expect(office.redeem(tickets.removeLast(), now: start + .seconds(3)) != nil)
        #expect(office.issue(to: principal, now: start + .seconds(3), using: &generator) != nil)
        #expect(office.issue(to: principal, now: start + .seconds(59), using: &generator) == nil)
        // The first has just expired; the second has not.
        #expect(office.issue(to: principal, now: start + .seconds(60), using: &generator) != nil)
        #expect(office.issue(to: principal, now: start + .seconds(60), using: &generator) == nil)
        #expect(office.redeem(tickets[0], now: start + .seconds(60)) == nil)
        #expect(office.redeem(tickets[1], now: start + .seconds(60)) == principal)
    }
}
