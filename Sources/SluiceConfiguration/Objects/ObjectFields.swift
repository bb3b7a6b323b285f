/// The fields of an object in one of the lists of gateway.json, decoded strictly.
struct ObjectFields<Key: CodingKey & CaseIterable & RawRepresentable<String>> {
    private let container: KeyedDecodingContainer<Key>

    /// - Throws: `ObjectProblem.unknownKey` for a key that `Key` does not have.
    init(_ decoder: any Decoder, by keys: Key.Type) throws {
        for key in try decoder.container(keyedBy: AnyKey.self).allKeys where Key(stringValue: key.stringValue) == nil {
            throw ObjectProblem.unknownKey(key.stringValue)
        }
        container = try decoder.container(keyedBy: Key.self)
    }

    /// - Throws: `ObjectProblem.missingKey`, `ObjectProblem.refused`
    func required<Value>(_ key: Key, _ format: Format<Value>) throws -> Value {
        guard let value = try optional(key, format) else {
            throw ObjectProblem.missingKey(key.rawValue, format.allowed)
        }
        return value
    }

    /// - Returns: nil when the object does not have the key.
    /// - Throws: `ObjectProblem.refused`
    func optional<Value>(_ key: Key, _ format: Format<Value>) throws -> Value? {
        guard container.contains(key) else { return nil }
        let literal = try container.decode(Literal.self, forKey: key)
        do throws(Refusal) {
            return try format.read(literal)
        } catch {
            throw ObjectProblem.refused(key.rawValue, error)
        }
    }
}
