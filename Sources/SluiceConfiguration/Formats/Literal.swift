/// A setting's value as JSON writes it, before it is known whether it is allowed.
enum Literal: Hashable, Sendable {
    case null
    case bool(Bool)
    case integer(Int)
    /// A number that is no `Int`, as it is written.
    case number(String)
    case string(String)
    case list([Literal])
    case object([String: Literal])
}

extension Literal {
    /// Reads a variable's text: `null`, `true`, `false` and whole numbers are what JSON means by them, anything else
    /// is a string.
    init(variable text: String) {
        switch text {
        case "null": self = .null
        case "true": self = .bool(true)
        case "false": self = .bool(false)
        default: self = Int(text).map(Literal.integer) ?? .string(text)
        }
    }
}

extension Literal: Decodable {
    init(from decoder: any Decoder) throws {
        if var list = try? decoder.unkeyedContainer() {
            var elements: [Literal] = []
            while !list.isAtEnd { elements.append(try list.decode(Literal.self)) }
            self = .list(elements)
            return
        }
        if let object = try? decoder.container(keyedBy: AnyKey.self) {
            var members: [String: Literal] = [:]
            for key in object.allKeys { members[key.stringValue] = try object.decode(Literal.self, forKey: key) }
            self = .object(members)
            return
        }
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let bool = try? value.decode(Bool.self) {
            self = .bool(bool)
        } else if let integer = try? value.decode(Int.self) {
            self = .integer(integer)
        } else if let string = try? value.decode(String.self) {
            self = .string(string)
        } else {
            self = .number((try? value.decode(Double.self)).map(\.description) ?? "a number")
        }
    }
}

extension Literal: CustomStringConvertible {
    /// For messages: JSON, but strings are cut to 80 characters and lists to their kind.
    var description: String {
        switch self {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .number(let text): text
        case .string(let text): text.count > 80 ? JSONText.quoted(text.prefix(80) + "…") : JSONText.quoted(text)
        case .list: "a list"
        case .object: "an object"
        }
    }
}
