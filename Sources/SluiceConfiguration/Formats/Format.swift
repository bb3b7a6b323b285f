/// What values a setting may have, and how they are read and written.
struct Format<Value>: Sendable {
    /// A noun phrase that names type and range: `a time from 1s to 1h`.
    let allowed: String
    /// Whether a variable's text is a list, with commas between its elements.
    let isList: Bool
    let read: @Sendable (Literal) throws(Refusal) -> Value
    let write: @Sendable (Value) -> Literal

    init(
        _ allowed: String, isList: Bool = false, read: @escaping @Sendable (Literal) throws(Refusal) -> Value,
        write: @escaping @Sendable (Value) -> Literal
    ) {
        self.allowed = allowed
        self.isList = isList
        self.read = read
        self.write = write
    }

    /// The same values in another type.
    func map<Other>(
        _ read: @escaping @Sendable (Value) -> Other, _ write: @escaping @Sendable (Other) -> Value
    ) -> Format<Other> {
        Format<Other>(
            allowed, isList: isList,
            read: { (literal) throws(Refusal) in read(try self.read(literal)) },
            write: { self.write(write($0)) })
    }
}

extension Format {
    /// `null` for nil, otherwise what `format` allows.
    static func optional<Wrapped>(_ format: Format<Wrapped>) -> Format<Wrapped?> where Value == Wrapped? {
        let allowed = format.allowed + ", or null"
        return Format(
            allowed, isList: format.isList,
            read: { (literal) throws(Refusal) in
                if literal == .null { return nil }
                do throws(Refusal) {
                    return try format.read(literal)
                } catch {
                    throw Refusal(found: error.found, allowed: allowed, reason: error.reason, index: error.index)
                }
            },
            write: { $0.map(format.write) ?? .null })
    }

    /// A list of what `format` allows.
    static func list<Element>(_ format: Format<Element>, _ allowed: String) -> Format<[Element]>
    where Value == [Element] {
        Format(
            allowed, isList: true,
            read: { (literal) throws(Refusal) in
                guard case .list(let literals) = literal else { throw Refusal(found: literal, allowed: allowed) }
                var elements: [Element] = []
                for (index, literal) in literals.enumerated() {
                    do throws(Refusal) {
                        elements.append(try format.read(literal))
                    } catch {
                        throw Refusal(found: error.found, allowed: error.allowed, reason: error.reason, index: index)
                    }
                }
                return elements
            },
            write: { .list($0.map(format.write)) })
    }

    /// A list in which order and repetition mean nothing.
    static func set(_ format: Format<String>, _ allowed: String) -> Format<Set<String>> where Value == Set<String> {
        Format<[String]>.list(format, allowed).map({ Set($0) }, { $0.sorted() })
    }
}
