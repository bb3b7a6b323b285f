@testable import SluiceConfiguration

/// Values to try on settings.
enum Samples {
    private static let candidates: [Literal] =
        [.null, .bool(true), .bool(false)] + [0, 1, 7, 20, 5000, 70_000, 3_000_000].map(Literal.integer)
        + ["0s", "500ms", "3s", "10s", "2h", "40d", "2KiB", "5MiB", "a", "trace", "text", "Forwarded", "memory"].map(
            Literal.string)
        + [
            .list([]), .list([.string("a")]), .list([.string("https://a.example")]),
            .list([.string("unix"), .string("fd00::/8")]),
        ]

    /// Those that the setting takes and that are not in conflict with the defaults.
    static func allowed(for setting: Setting) -> [Literal] {
        candidates.filter { literal in
            var configuration = LoadedConfiguration()
            guard (try? setting.read(literal, &configuration)) != nil else { return false }
            return configuration.conflicts.isEmpty && setting.write(configuration) == literal
        }
    }

    /// The text of a variable that means a value.
    static func variable(_ literal: Literal) -> String {
        switch literal {
        case .string(let text): text
        case .list(let elements): elements.map(variable).joined(separator: ",")
        case .null, .bool, .integer, .number, .object: JSONText.literal(literal).text()
        }
    }
}
