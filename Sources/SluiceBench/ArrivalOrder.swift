/// Which of a publisher's events a subscriber has had: by their numbers, which rise by one.
struct ArrivalOrder {
    enum Arrival: Equatable {
        /// It is the next one, or so many were left out before it.
        case next(missed: Int)
        /// It was missed before.
        case late
        case duplicate
    }

    /// So many of those that were missed are remembered; one that comes after that is taken for a duplicate.
    private static let maximumMissing = 1024

    /// Nil until the first event, when that may be any.
    private var expected: UInt32?
    private var missing: [UInt32] = []

    /// - Parameter joinedLate: whether there may have been events before; otherwise the first is number 0.
    init(joinedLate: Bool) {
        expected = joinedLate ? nil : 0
    }

    mutating func arrived(_ number: UInt32) -> Arrival {
        let expected = expected ?? number
        guard number >= expected else {
            guard let index = missing.firstIndex(of: number) else { return .duplicate }
            missing.remove(at: index)
            return .late
        }
        self.expected = number + 1
        for missed in expected..<number where missing.count < Self.maximumMissing { missing.append(missed) }
        return .next(missed: Int(number - expected))
    }
}
