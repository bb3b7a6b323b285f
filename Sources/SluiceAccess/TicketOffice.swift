internal import Synchronization

/// Single-use, short-lived tickets, for clients that cannot set a header: browsers' `EventSource` and `WebSocket`.
package final class TicketOffice: Sendable {
    package struct Configuration: Hashable, Sendable {
        package var lifetime: Duration
        /// The most tickets that are valid at once.
        package var maximumTickets: Int

        package init(lifetime: Duration = .seconds(60), maximumTickets: Int = 100_000) {
            self.lifetime = lifetime
            self.maximumTickets = maximumTickets
        }
    }

    private struct Ticket {
        let principal: Principal
        let expiry: ContinuousClock.Instant
    }

    private struct State {
        /// By the digest of the ticket's text, so that a look-up's time tells nothing about a valid one.
        var tickets: [[UInt8]: Ticket] = [:]
        var nextSweep: ContinuousClock.Instant?
    }

    package let configuration: Configuration
    private let state = Mutex(State())

    package init(configuration: Configuration) {
        self.configuration = configuration
    }

    /// - Returns: 256 random bits as text, or nil while too many tickets are valid.
    package func issue(
        to principal: Principal, now: ContinuousClock.Instant, using generator: inout some RandomNumberGenerator
    ) -> String? {
        let bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        let text = AccessKey.hexadecimal(bytes)
        let ticket = Ticket(principal: principal, expiry: now + configuration.lifetime)
        let isIssued = state.withLock { state in
            if state.nextSweep.map({ now >= $0 }) ?? true || state.tickets.count >= configuration.maximumTickets {
                state.tickets = state.tickets.filter { now < $0.value.expiry }
                state.nextSweep = now + configuration.lifetime
            }
            guard state.tickets.count < configuration.maximumTickets else { return false }
            state.tickets[AccessKey.digest(of: text)] = ticket
            return true
        }
        return isIssued ? text : nil
    }

    func redeem(_ text: String, now: ContinuousClock.Instant) -> Principal? {
        let ticket = state.withLock { $0.tickets.removeValue(forKey: AccessKey.digest(of: text)) }
        guard let ticket, now < ticket.expiry else { return nil }
        return ticket.principal
    }
}
