internal import Synchronization

/// How many requests of an upstream are under way, and how much each principal has used.
final class UpstreamAllowance: Sendable {
    /// Why a request has to wait, and for how many seconds.
    enum Refusal: Error, Hashable, Sendable {
        case busy
        case busyForKey
        case requestsPerMinute(retryAfter: Int)
        case tokensPerHour(retryAfter: Int)
    }

    private struct Account {
        var underWay = 0
        var requests = Window()
        var tokens = Window()
    }

    /// What was used since the window began; it begins anew with the first use behind its end.
    private struct Window {
        var began: ContinuousClock.Instant?
        var used = 0

        /// - Returns: how long until there is more; nil when there is some.
        mutating func shortage(of maximum: Int, every length: Duration, at now: ContinuousClock.Instant) -> Duration? {
            if let began, now - began >= length { self = Window() }
            guard used >= maximum, let began else { return nil }
            return length - (now - began)
        }

        mutating func use(_ count: Int, at now: ContinuousClock.Instant) {
            if began == nil { began = now }
            used += count
        }
    }

    private struct State {
        var underWay = 0
        var accounts: [String: Account] = [:]
    }

    private let limits: UpstreamConfiguration.Limits
    private let state = Mutex(State())

    init(limits: UpstreamConfiguration.Limits) {
        self.limits = limits
    }

    /// Counts a request; `leave` ends it.
    func enter(_ principal: String, now: ContinuousClock.Instant) throws(Refusal) {
        let refusal: Refusal? = state.withLock { state in
            guard state.underWay < limits.concurrency else { return .busy }
            var account = state.accounts[principal] ?? Account()
            defer { state.accounts[principal] = account }
            guard account.underWay < limits.concurrencyPerKey else { return .busyForKey }
            if let maximum = limits.tokensPerHour,
                let wait = account.tokens.shortage(of: maximum, every: .seconds(3600), at: now)
            {
                return .tokensPerHour(retryAfter: wait.wholeSecondsUp)
            }
            if let maximum = limits.requestsPerMinute {
                if let wait = account.requests.shortage(of: maximum, every: .seconds(60), at: now) {
                    return .requestsPerMinute(retryAfter: wait.wholeSecondsUp)
                }
                account.requests.use(1, at: now)
            }
            account.underWay += 1
            state.underWay += 1
            return nil
        }
        if let refusal { throw refusal }
    }

    /// - Parameter tokens: that the request has used.
    func leave(_ principal: String, tokens: Int, now: ContinuousClock.Instant) {
        state.withLock { state in
            state.underWay -= 1
            state.accounts[principal]?.underWay -= 1
            if tokens > 0, limits.tokensPerHour != nil { state.accounts[principal]?.tokens.use(tokens, at: now) }
        }
    }
}

extension Duration {
    fileprivate var wholeSecondsUp: Int {
        Int(components.seconds) + (components.attoseconds > 0 ? 1 : 0)
    }
}
