internal import NIOCore

/// A token bucket: so many messages a second, with as many in store.
struct MessageAllowance {
    private let perSecond: Int
    private var tokens: Double
    private var last: NIODeadline?

    init(perSecond: Int) {
        self.perSecond = perSecond
        tokens = Double(perSecond)
    }

    /// - Returns: whether one more message may come now.
    mutating func take(at now: NIODeadline) -> Bool {
        if let last {
            let seconds = Double((now - last).nanoseconds) / 1e9
            tokens = min(tokens + seconds * Double(perSecond), Double(perSecond))
        }
        last = now
        guard tokens >= 1 else { return false }
        tokens -= 1
        return true
    }
}
