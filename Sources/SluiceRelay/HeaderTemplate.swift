/// A header field that requests to an upstream get, whose value may hold secrets from the environment.
package struct HeaderTemplate: Hashable, Sendable, CustomStringConvertible {
    /// In lower case.
    package let name: String
    /// With `${NAME}` for the variable of that name.
    private let value: TextTemplate
    private let text: String

    /// - Parameter text: `Name: value`.
    package init?(_ text: String) {
        guard let colon = text.firstIndex(of: ":") else { return nil }
        let name = text[..<colon]
        let value = text[text.index(after: colon)...].drop { $0 == " " }
        guard !name.isEmpty, name.utf8.allSatisfy(Self.isTokenByte),
            value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }), let template = TextTemplate(String(value))
        else { return nil }
        self.name = name.lowercased()
        self.value = template
        self.text = String(value)
    }

    package var description: String { "\(name): \(text)" }

    /// A variable that the environment does not have.
    package struct MissingVariable: Error, Hashable, Sendable {
        package let name: String
    }

    /// - Throws: `MissingVariable`
    func value(in environment: [String: String]) throws(MissingVariable) -> String {
        try value.filled { (name) throws(MissingVariable) in
            guard let secret = environment[name] else { throw MissingVariable(name: name) }
            return secret
        }
    }

    /// RFC 9110 § 5.6.2
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
