/// A size in bytes as gateway.json writes it: a whole number, or a string of one and `KiB`, `MiB` or `GiB`.
struct ByteSize: Hashable, Sendable {
    private static let units = [(name: "GiB", shift: 30), (name: "MiB", shift: 20), (name: "KiB", shift: 10)]

    let bytes: Int

    init(_ bytes: Int) {
        self.bytes = bytes
    }

    /// - Returns: nil unless the text is digits and a unit, and the size fits.
    init?(_ text: String) {
        guard let unit = Self.units.first(where: { text.hasSuffix($0.name) }),
            let count = Int(digits: text.dropLast(unit.name.count))
        else { return nil }
        let (bytes, overflow) = count.multipliedReportingOverflow(by: 1 << unit.shift)
        guard !overflow else { return nil }
        self.bytes = bytes
    }

    /// In the largest unit of which it is a whole multiple.
    var literal: Literal {
        guard bytes > 0, let unit = Self.units.first(where: { bytes & (1 << $0.shift - 1) == 0 }) else {
            return .integer(bytes)
        }
        return .string("\(bytes >> unit.shift)\(unit.name)")
    }

    /// The literal without quotes.
    var text: String {
        if case .string(let text) = literal { text } else { "\(bytes)" }
    }
}

extension Int {
    /// - Returns: nil unless the text is one or more ASCII digits of a number that fits.
    init?(digits text: Substring) {
        guard !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            return nil
        }
        self.init(text)
    }
}
