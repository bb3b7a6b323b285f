/// Writes a configuration as JSON in the order of the schema, which Foundation's encoder does not keep.
indirect enum JSONText {
    case literal(Literal)
    /// Written on lines of their own.
    case list([JSONText])
    /// Written on one line.
    case row([(key: String, value: Literal)])
    /// Each member on a line of its own.
    case group([(key: String, value: JSONText)])

    /// Puts a value at a path, into groups that come into being on the way.
    mutating func insert(_ value: JSONText, at path: some Collection<Substring>) {
        guard let key = path.first else {
            self = value
            return
        }
        var members: [(key: String, value: JSONText)] = []
        if case .group(let known) = self { members = known }
        if let index = members.firstIndex(where: { $0.key == key }) {
            members[index].value.insert(value, at: path.dropFirst())
        } else {
            var member = JSONText.group([])
            member.insert(value, at: path.dropFirst())
            members.append((String(key), member))
        }
        self = .group(members)
    }

    /// - Parameter indentation: of the line that the value begins on, in steps of two spaces.
    func text(indentation: Int = 0) -> String {
        switch self {
        case .literal(let literal):
            Self.text(of: literal)
        case .row(let members):
            "{" + members.map { "\(Self.quoted($0.key)): \(Self.text(of: $0.value))" }.joined(separator: ", ") + "}"
        case .list(let elements):
            Self.lines(elements.map { $0.text(indentation: indentation + 1) }, between: ("[", "]"), indentation)
        case .group(let members):
            Self.lines(
                members.map { "\(Self.quoted($0.key)): \($0.value.text(indentation: indentation + 1))" },
                between: ("{", "}"), indentation)
        }
    }

    private static func lines(_ items: [String], between ends: (String, String), _ indentation: Int) -> String {
        guard !items.isEmpty else { return ends.0 + ends.1 }
        let space = String(repeating: "  ", count: indentation)
        return ends.0 + "\n" + items.map { space + "  " + $0 }.joined(separator: ",\n") + "\n" + space + ends.1
    }

    static func text(of literal: Literal) -> String {
        switch literal {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .number(let text): text
        case .string(let text): quoted(text)
        case .list(let elements): "[" + elements.map(text(of:)).joined(separator: ", ") + "]"
        case .object(let members):
            "{"
                + members.sorted { $0.key < $1.key }.map { "\(quoted($0.key)): \(text(of: $0.value))" }
                .joined(separator: ", ") + "}"
        }
    }

    /// RFC 8259 § 7; control characters outside ASCII are escaped too, since this is also shown on terminals.
    static func quoted(_ text: some StringProtocol) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
