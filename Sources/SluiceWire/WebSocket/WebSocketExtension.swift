/// One extension that a client offers in `Sec-WebSocket-Extensions` (RFC 6455 § 9.1).
package struct WebSocketExtension: Hashable, Sendable {
    package struct Parameter: Hashable, Sendable {
        package let name: String
        package let value: String?

        package init(name: String, value: String?) {
            self.name = name
            self.value = value
        }
    }

    package let name: String
    package let parameters: [Parameter]

    package init(name: String, parameters: [Parameter]) {
        self.name = name
        self.parameters = parameters
    }

    /// The header field's value does not keep to the grammar.
    package struct Malformed: Error, Hashable, Sendable {}

    /// Reads the whole field: `token *( ";" token [ "=" ( token | quoted-string ) ] )`, separated by commas. Empty
    /// items are passed over (RFC 9110 § 5.6.1.2).
    package static func list(_ field: String) throws(Malformed) -> [WebSocketExtension] {
        var scanner = Scanner(field)
        var extensions: [WebSocketExtension] = []
        while true {
            while scanner.take(",") {}
            guard !scanner.isAtEnd else { return extensions }
            let name = try scanner.token()
            var parameters: [Parameter] = []
            while scanner.take(";") {
                let name = try scanner.token()
                parameters.append(Parameter(name: name, value: scanner.take("=") ? try scanner.value() : nil))
            }
            extensions.append(WebSocketExtension(name: name, parameters: parameters))
            guard scanner.isAtEnd || scanner.take(",") else { throw Malformed() }
        }
    }

    private struct Scanner {
        private var rest: Substring.UTF8View

        init(_ text: String) {
            rest = text[...].utf8
            skipSpace()
        }

        var isAtEnd: Bool { rest.isEmpty }

        mutating func take(_ character: Character) -> Bool {
            guard let first = rest.first, first == character.asciiValue else { return false }
            rest.removeFirst()
            skipSpace()
            return true
        }

        /// One or more of the characters of RFC 9110 § 5.6.2.
        mutating func token() throws(Malformed) -> String {
            let token = rest.prefix(while: Scanner.isTokenCharacter)
            guard !token.isEmpty else { throw Malformed() }
            rest = rest[token.endIndex...]
            skipSpace()
            return String(Substring(token))
        }

        /// A token, or a quoted string whose content is one (RFC 6455 § 9.1).
        mutating func value() throws(Malformed) -> String {
            guard rest.first == UInt8(ascii: "\"") else { return try token() }
            rest.removeFirst()
            var text: [UInt8] = []
            while let byte = rest.popFirst() {
                switch byte {
                case UInt8(ascii: "\""):
                    guard !text.isEmpty, text.allSatisfy(Scanner.isTokenCharacter) else { throw Malformed() }
                    skipSpace()
                    return String(decoding: text, as: UTF8.self)
                case UInt8(ascii: "\\"):
                    guard let escaped = rest.popFirst() else { throw Malformed() }
                    text.append(escaped)
                default:
                    text.append(byte)
                }
            }
            throw Malformed()
        }

        private mutating func skipSpace() {
            rest = rest.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        }

        private static func isTokenCharacter(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
            }
        }
    }
}
