import Testing

@testable import SluiceRelay

@Suite struct UpstreamAllowanceTests {
    private let start = ContinuousClock.now

    private func allowance(_ adjust: (inout UpstreamConfiguration.Limits) -> Void) -> UpstreamAllowance {
        var limits = UpstreamConfiguration.Limits()
        adjust(&limits)
        return UpstreamAllowance(limits: limits)
    }

    @Test("so many requests are under way, for all and for each principal")
    func concurrency() throws {
        let allowance = allowance {
            $0.concurrency = 3
            $0.concurrencyPerKey = 2
        }
        for _ in 0..<2 { try allowance.enter("a", now: start) }
        #expect(throws: UpstreamAllowance.Refusal.busyForKey) { try allowance.enter("a", now: start) }
        try allowance.enter("b", now: start)
        #expect(throws: UpstreamAllowance.Refusal.busy) { try allowance.enter("c", now: start) }
        allowance.leave("a", tokens: 0, now: start)
        try allowance.enter("c", now: start)
    }

    @Test("so many requests are begun in a minute")
    func rate() throws {
        let allowance = allowance { $0.requestsPerMinute = 2 }
        for second in [0, 10] {
            try allowance.enter("a", now: start + .seconds(second))
            allowance.leave("a", tokens: 0, now: start + .seconds(second))
        }
        #expect(throws: UpstreamAllowance.Refusal.requestsPerMinute(retryAfter: 40)) {
            try allowance.enter("a", now: start + .seconds(20))
        }
        try allowance.enter("b", now: start + .seconds(20))
        try allowance.enter("a", now: start + .seconds(60))
    }

    @Test("so many tokens are used in an hour; a request that is refused does not count")
    func budget() throws {
        let allowance = allowance {
            $0.tokensPerHour = 100
            $0.requestsPerMinute = 3
        }
        try allowance.enter("a", now: start)
        allowance.leave("a", tokens: 99, now: start)
        try allowance.enter("a", now: start)
        allowance.leave("a", tokens: 1, now: start + .seconds(1))
        for _ in 0..<3 {
            #expect(throws: UpstreamAllowance.Refusal.tokensPerHour(retryAfter: 3590)) {
                try allowance.enter("a", now: start + .seconds(10))
            }
        }
        try allowance.enter("a", now: start + .seconds(3600))
    }
}
