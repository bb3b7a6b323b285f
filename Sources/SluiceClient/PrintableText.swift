/// Text that can be written to a terminal: one line, and nothing in it that the terminal would obey.
///
/// Line breaks and tabs become `\n`, `\r` and `\t`; other control characters, line separators and those that turn
/// the direction of writing become `\u{…}`.
package struct PrintableText: CustomStringConvertible, Sendable {
    package let description: String

    package init(_ text: some StringProtocol) {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x0A: result.append(contentsOf: "\\n".unicodeScalars)
            case 0x0D: result.append(contentsOf: "\\r".unicodeScalars)
            case 0x09: result.append(contentsOf: "\\t".unicodeScalars)
            case 0...0x1F, 0x7F...0x9F, 0x2028...0x202E, 0x2066...0x2069:
                result.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
            default: result.append(scalar)
            }
        }
        description = String(result)
    }
}
