import SluiceGeneration
import Testing

@testable import SluiceRelay

@Suite struct PaidRequestsTests {
    private let first = GenerationID(unchecked: "first")
    private let second = GenerationID(unchecked: "second")
    private let claim = PaidRequests.Claim(key: "k", fingerprint: "f")
    private let start = ContinuousClock.now

    @Test("the first who claims a request is to make it, and others get its generation")
    func paid() {
        var requests = PaidRequests(window: .seconds(10), maximum: 10)
        #expect(requests.claim(claim, for: first, now: start) == .first)
        #expect(requests.claim(claim, for: second, now: start) == .paid(first))
        let other = PaidRequests.Claim(key: "k", fingerprint: "g")
        #expect(requests.claim(other, for: second, now: start) == .reused)
    }

    @Test("a request that came to nothing is claimed anew, and only by its own generation given up")
    func released() {
        var requests = PaidRequests(window: .seconds(10), maximum: 10)
        _ = requests.claim(claim, for: first, now: start)
        requests.release(claim, of: second)
        #expect(requests.claim(claim, for: second, now: start) == .paid(first))
        requests.release(claim, of: first)
        #expect(requests.claim(claim, for: second, now: start) == .first)
        // The place that the first one had in the order of age is not the second one's.
        #expect(requests.claim(claim, for: first, now: start + .seconds(9)) == .paid(second))
    }

    @Test("keys that were given up take no room, however many there are")
    func releasedKeys() {
        var requests = PaidRequests(window: .seconds(10), maximum: 10)
        _ = requests.claim(claim, for: first, now: start)
        for number in 0..<10_000 {
            let other = PaidRequests.Claim(key: "\(number)", fingerprint: "f")
            _ = requests.claim(other, for: second, now: start)
            requests.release(other, of: second)
        }
        #expect(requests.orderCount < 3000)
        #expect(requests.claim(claim, for: second, now: start) == .paid(first))
    }

    @Test("a key is known for its time, and the oldest goes when there are too many")
    func bounds() {
        var requests = PaidRequests(window: .seconds(10), maximum: 2)
        _ = requests.claim(claim, for: first, now: start)
        #expect(requests.claim(claim, for: second, now: start + .seconds(10)) == .first)
        for key in ["a", "b"] {
            _ = requests.claim(PaidRequests.Claim(key: key, fingerprint: "f"), for: first, now: start + .seconds(11))
        }
        #expect(requests.claim(claim, for: first, now: start + .seconds(11)) == .first)
    }
}

extension GenerationID {
    fileprivate init(unchecked text: String) {
        guard let id = GenerationID(text) else { preconditionFailure("'\(text)' is an id") }
        self = id
    }
}
