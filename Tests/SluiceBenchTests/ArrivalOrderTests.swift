import Testing

@testable import SluiceBench

@Suite("Which events a subscriber has had")
struct ArrivalOrderTests {
    private static func transcript(_ numbers: [UInt32], joinedLate: Bool = false) -> [ArrivalOrder.Arrival] {
        var order = ArrivalOrder(joinedLate: joinedLate)
        return numbers.map { order.arrived($0) }
    }

    @Test("each once and in order is what is expected")
    func inOrder() {
        #expect(Self.transcript([0, 1, 2]) == [.next(missed: 0), .next(missed: 0), .next(missed: 0)])
    }

    @Test("what is left out is missed, until it comes, once")
    func missing() {
        #expect(
            Self.transcript([2, 5, 1, 1, 3, 6])
                == [.next(missed: 2), .next(missed: 2), .late, .duplicate, .late, .next(missed: 0)])
    }

    @Test("what came already is a duplicate")
    func duplicates() {
        #expect(Self.transcript([0, 0, 1, 0]) == [.next(missed: 0), .duplicate, .next(missed: 0), .duplicate])
    }

    @Test("who joined late has missed nothing before the first that came")
    func joiningLate() {
        #expect(Self.transcript([7, 9], joinedLate: true) == [.next(missed: 0), .next(missed: 1)])
    }
}
