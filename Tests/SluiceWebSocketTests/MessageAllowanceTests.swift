import NIOCore
import Testing

@testable import SluiceWebSocket

@Suite struct MessageAllowanceTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

    @Test("as many messages as a second allows may come at once, and no more")
    func burst() {
        var allowance = MessageAllowance(perSecond: 5)
        let taken = (0..<10).map { _ in allowance.take(at: start) }
        #expect(taken == Array(repeating: true, count: 5) + Array(repeating: false, count: 5))
    }

    @Test("time brings back what was taken, and never more than one second's worth")
    func refill() {
        var allowance = MessageAllowance(perSecond: 4)
        let times = [0, 0, 0, 0, 249, 251, 252].map { start + .milliseconds($0) }
        let first = times.map { allowance.take(at: $0) }
        #expect(first == [true, true, true, true, false, true, false])
        let later = start + .hours(1)
        let taken = (0..<6).map { _ in allowance.take(at: later) }
        #expect(taken == [true, true, true, true, false, false])
    }

    @Test("one that sends steadily at the limit is never refused")
    func steady() {
        var allowance = MessageAllowance(perSecond: 8)
        let passed = (0..<1000).filter { allowance.take(at: start + .milliseconds(125) * $0) }.count
        #expect(passed == 1000)
    }

    @Test("whoever keeps sending over the limit still gets the limit through")
    func over() {
        var allowance = MessageAllowance(perSecond: 8)
        let passed = (0..<1600).filter { allowance.take(at: start + .microseconds(62_500) * $0) }.count
        // 100 seconds at 8 a second, and what was in store.
        #expect((800...808).contains(passed))
    }
}
