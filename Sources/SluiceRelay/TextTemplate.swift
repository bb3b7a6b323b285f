/// A text with places for values, written `${NAME}`: a name has letters, digits and `_`.
struct TextTemplate: Hashable, Sendable {
    private enum Piece: Hashable {
        case text(Substring)
        case place(name: String)
    }

    private let pieces: [Piece]

    /// - Returns: nil for a `${` that begins no such place: it would be sent as it is, and nobody would know why.
    init?(_ text: String) {
        var pieces: [Piece] = []
        var rest = Substring(text)
        while let start = rest.firstRange(of: "${") {
            let name = rest[start.upperBound...].prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
            guard !name.isEmpty, rest[name.endIndex...].first == "}" else { return nil }
            pieces.append(.text(rest[..<start.lowerBound]))
            pieces.append(.place(name: String(name)))
            rest = rest[name.endIndex...].dropFirst()
        }
        pieces.append(.text(rest))
        self.pieces = pieces
    }

    /// Of its places, in their order; one that is there twice comes twice.
    var names: [String] {
        pieces.compactMap { piece in
            if case .place(let name) = piece { name } else { nil }
        }
    }

    /// - Parameter value: what stands in the place of this name.
    func filled<Failure: Error>(_ value: (String) throws(Failure) -> String) throws(Failure) -> String {
        var text = ""
        for piece in pieces {
            switch piece {
            case .text(let part): text += part
            case .place(let name): text += try value(name)
            }
        }
        return text
    }
}
