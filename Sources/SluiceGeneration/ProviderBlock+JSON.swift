internal import FoundationEssentials

extension ProviderBlock {
    /// What the data says, or nil when it is not the JSON of such a value.
    func decoded<Value: Decodable>(as type: Value.Type) -> Value? {
        try? JSONDecoder().decode(type, from: Data(data.utf8))
    }

    /// Whether one of the names stands between quotes somewhere in the data, as a JSON string of its own.
    ///
    /// It is much faster than decoding, and tells nearly all blocks that cannot matter: quotes within a JSON string are
    /// escaped, so that a model which writes `"error"` is not taken for one that fails.
    func mentions(_ names: [StaticString]) -> Bool {
        data.utf8.withContiguousStorageIfAvailable { Self.mentions(names, in: $0) }
            ?? Array(data.utf8).withUnsafeBufferPointer { Self.mentions(names, in: $0) }
    }

    private static func mentions(_ names: [StaticString], in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let quote = UInt8(ascii: "\"")
        var rest = bytes[...]
        while let opening = rest.firstIndex(of: quote) {
            rest = rest[(opening + 1)...]
            for name in names {
                let name = UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
                if rest.starts(with: name), rest.dropFirst(name.count).first == quote { return true }
            }
        }
        return false
    }
}
