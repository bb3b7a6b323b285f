/// A JSON value and where it stands in its text.
struct JSONNode: Sendable {
    enum Content: Sendable {
        case null
        case bool(Bool)
        /// As it is written.
        case number(String)
        case string(String)
        case array([JSONNode])
        case object([Member])
    }

    struct Member: Sendable {
        let key: String
        /// Of the key, in bytes from the start of the text.
        let offset: Int
        let value: JSONNode
    }

    let content: Content
    /// Bytes of the text.
    let range: Range<Int>
}

extension JSONNode {
    /// The value without its inner structure.
    var literal: Literal {
        switch content {
        case .null: .null
        case .bool(let value): .bool(value)
        case .number(let text): Int(text).map(Literal.integer) ?? .number(text)
        case .string(let text): .string(text)
        case .array(let elements): .list(elements.map(\.literal))
        case .object(let members):
            .object(Dictionary(members.map { ($0.key, $0.value.literal) }) { first, _ in first })
        }
    }

    /// The value of a key if this is an object that has it.
    subscript(key: String) -> JSONNode? {
        guard case .object(let members) = content else { return nil }
        return members.first { $0.key == key }?.value
    }

    /// An element if this is an array that has it.
    subscript(index: Int) -> JSONNode? {
        guard case .array(let elements) = content, elements.indices.contains(index) else { return nil }
        return elements[index]
    }
}
