/// A time as gateway.json writes it: a whole number and `ms`, `s`, `m`, `h` or `d`.
struct TimeSpan: Hashable, Sendable {
    // Largest first; "ms" stands before "s" where a suffix is looked for, since it ends in it.
    private static let units = [
        (name: "d", milliseconds: 86_400_000), (name: "h", milliseconds: 3_600_000), (name: "m", milliseconds: 60_000),
        (name: "ms", milliseconds: 1), (name: "s", milliseconds: 1000),
    ]

    let duration: Duration

    init(_ duration: Duration) {
        self.duration = duration
    }

    /// - Returns: nil unless the text is digits and a unit, and the time fits.
    init?(_ text: String) {
        guard let unit = Self.units.first(where: { text.hasSuffix($0.name) }),
            let count = Int(digits: text.dropLast(unit.name.count))
        else { return nil }
        let (milliseconds, overflow) = count.multipliedReportingOverflow(by: unit.milliseconds)
        guard !overflow else { return nil }
        duration = .milliseconds(milliseconds)
    }

    /// In the unit that needs the fewest digits of those of which it is a whole multiple; rounded down to milliseconds.
    var text: String {
        let (seconds, attoseconds) = duration.components
        let milliseconds = Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000)
        guard milliseconds != 0 else { return "0s" }
        let unit = Self.units.filter { milliseconds % $0.milliseconds == 0 }.max { $0.milliseconds < $1.milliseconds }
        guard let unit else { preconditionFailure("every time is a whole number of milliseconds") }
        return "\(milliseconds / unit.milliseconds)\(unit.name)"
    }
}
