import SluiceTestSupport
import Testing

@testable import SluiceClient

struct ReconnectionTests {
    @Test("waits double from a quarter of a second up to ten seconds", arguments: [1, 2, 3] as [UInt64])
    func doubling(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        var reconnection = Reconnection()
        let longest: [Int64] = [250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000]
        for milliseconds in longest {
            let wait = reconnection.wait(using: &generator)
            #expect(wait <= .milliseconds(milliseconds), "seed \(seed)")
            #expect(wait >= .milliseconds(milliseconds) / 2, "seed \(seed)")
        }
    }

    @Test("two clients do not wait equally long")
    func jitter() {
        var (one, two) = (SplitMix64(seed: 1), SplitMix64(seed: 2))
        var (first, second) = (Reconnection(), Reconnection())
        #expect(first.wait(using: &one) != second.wait(using: &two))
    }

    @Test("any number of failures has a wait")
    func manyFailures() {
        var generator = SplitMix64(seed: 4)
        var reconnection = Reconnection()
        for _ in 0..<1000 { #expect(reconnection.wait(using: &generator) <= Reconnection.longest) }
    }

    @Test("the first wait after a connection that worked is the one that the gateway asked for")
    func told() {
        var generator = SplitMix64(seed: 5)
        var reconnection = Reconnection()
        reconnection.told = .milliseconds(10)
        #expect(reconnection.wait(using: &generator) == .milliseconds(10))
        #expect(reconnection.wait(using: &generator) >= .milliseconds(250), "the second failure in a row backs off")
        reconnection.succeeded()
        #expect(reconnection.wait(using: &generator) == .milliseconds(10))
    }

    @Test("later waits are not shorter than the one that the gateway asked for")
    func toldLonger() {
        var generator = SplitMix64(seed: 6)
        var reconnection = Reconnection()
        reconnection.told = .seconds(60)
        for _ in 0..<3 { #expect(reconnection.wait(using: &generator) == .seconds(60)) }
    }

    @Test("no gateway can send a client away for ever")
    func toldForever() {
        var generator = SplitMix64(seed: 7)
        var reconnection = Reconnection()
        reconnection.told = .milliseconds(Int.max)
        #expect(reconnection.wait(using: &generator) == .seconds(3600))
    }

    @Test("a refusal that names a time is waited out")
    func minimum() {
        var generator = SplitMix64(seed: 8)
        var reconnection = Reconnection()
        #expect(reconnection.wait(atLeast: .seconds(30), using: &generator) == .seconds(30))
    }
}
