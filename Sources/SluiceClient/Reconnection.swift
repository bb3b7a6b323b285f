/// How long to wait before the next attempt to connect.
///
/// The first wait after a connection that worked is the one that the gateway asked for, if it did. Otherwise, and
/// when attempts go on failing, waits double from a quarter of a second up to ten, and each is cut by up to a half
/// by chance: those who lost their connection together shall not come back together.
struct Reconnection: Hashable, Sendable {
    static let shortest = Duration.milliseconds(250)
    static let longest = Duration.seconds(10)
    /// No gateway can ask for more.
    static let longestTold = Duration.seconds(3600)

    /// What the gateway asked for: `retry:` of an event stream.
    var told: Duration? {
        didSet { told = told.map { min($0, Self.longestTold) } }
    }
    private var failures = 0

    /// The connection is of use: waits begin anew.
    mutating func succeeded() {
        failures = 0
    }

    /// The wait after a connection that was lost or did not come about.
    mutating func wait(atLeast minimum: Duration = .zero, using generator: inout some RandomNumberGenerator) -> Duration
    {
        // 250 ms doubled six times is more than 10 s.
        let doubled = min(Self.shortest * (1 << min(failures, 6)), Self.longest)
        let backoff = doubled * Double.random(in: 0.5...1, using: &generator)
        let isFirst = failures == 0
        failures += 1
        let wait = isFirst ? told ?? backoff : max(told ?? .zero, backoff)
        return max(wait, minimum)
    }
}
