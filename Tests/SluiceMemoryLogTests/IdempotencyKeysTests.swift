import SluiceLog
import SluiceTopics
import Testing

@testable import SluiceMemoryLog

@Suite("The idempotency keys of the log in memory")
struct IdempotencyKeysTests {
    private func key(_ index: Int) -> IdempotencyKey {
        IdempotencyKey(scope: "scope", key: "key \(index)", fingerprint: [UInt8](repeating: 1, count: 32))
    }

    private let start = Timestamp(milliseconds: 1_000_000)

    @Test("are bounded in number: the oldest go first")
    func count() {
        var keys = IdempotencyKeys(window: .seconds(10), maximumCount: 3, maximumBytes: 1 << 20)
        for index in 1...5 { keys.store(key(index), positions: UInt64(index)...UInt64(index), at: start) }
        #expect(keys.count == 3)
        #expect(keys.find(key(2), at: start) == .unused)
        #expect(keys.find(key(3), at: start) == .stored(3...3))
    }

    @Test("are bounded in bytes, and none are left to count when all have gone")
    func bytes() {
        var keys = IdempotencyKeys(window: .seconds(10), maximumCount: 1000, maximumBytes: 2000)
        for index in 1...100 {
            keys.store(key(index), positions: UInt64(index)...UInt64(index), at: start)
            #expect(keys.bytes <= 2000)
        }
        #expect(keys.find(key(100), at: start) == .stored(100...100))
        #expect(keys.expire(at: Timestamp(milliseconds: 1_010_000), limit: 1000) == true)
        #expect(keys.count == 0)
        #expect(keys.bytes == 0)
    }

    @Test("are forgotten a few at a time")
    func expire() {
        var keys = IdempotencyKeys(window: .seconds(10), maximumCount: 1000, maximumBytes: 1 << 20)
        for index in 1...10 { keys.store(key(index), positions: UInt64(index)...UInt64(index), at: start) }
        #expect(keys.expire(at: start, limit: 4) == true)
        #expect(keys.count == 10)
        let later = Timestamp(milliseconds: 1_010_000)
        #expect(keys.expire(at: later, limit: 4) == false)
        #expect(keys.count == 6)
        #expect(keys.find(key(10), at: later) == .unused)
    }

    @Test("that are used again behind their window are not forgotten with their first use")
    func usedAgain() {
        var keys = IdempotencyKeys(window: .seconds(10), maximumCount: 1000, maximumBytes: 1 << 20)
        keys.store(key(1), positions: 1...1, at: start)
        let later = Timestamp(milliseconds: 1_010_000)
        keys.store(key(1), positions: 2...3, at: later)
        #expect(keys.expire(at: later, limit: 100) == true)
        #expect(keys.find(key(1), at: later) == .stored(2...3))
        #expect(keys.count == 1)
    }

    @Test("are remembered when the clock goes back")
    func clockGoesBack() {
        var keys = IdempotencyKeys(window: .seconds(10), maximumCount: 1000, maximumBytes: 1 << 20)
        keys.store(key(1), positions: 1...1, at: start)
        #expect(keys.find(key(1), at: Timestamp(milliseconds: 1)) == .stored(1...1))
    }
}
