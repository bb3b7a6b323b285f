/// The parameters behind the `?`, as browsers write them (`application/x-www-form-urlencoded`, WHATWG URL § 5.1).
package struct Query: Hashable, Sendable {
    private let parameters: [Parameter]

    private struct Parameter: Hashable, Sendable {
        let name: String
        let value: String
    }

    /// - Throws: 400 for a bad percent-encoding, and for bytes that are not UTF-8 when decoded.
    package init(_ text: some StringProtocol) throws(Problem) {
        var parameters: [Parameter] = []
        for pair in text.utf8.split(separator: UInt8(ascii: "&")) {
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            parameters.append(
                Parameter(
                    name: try Query.decode(parts[0]),
                    value: parts.count > 1 ? try Query.decode(parts[1]) : ""))
        }
        self.parameters = parameters
    }

    /// The first value of that name.
    package subscript(name: String) -> String? {
        parameters.first { $0.name == name }?.value
    }

    package func all(_ name: String) -> [String] {
        parameters.lazy.filter { $0.name == name }.map(\.value)
    }

    /// A query without some of its parameters; the others stay as they came.
    ///
    /// - Throws: 400 as of `init`.
    package static func text(_ text: String, without names: Set<String>) throws(Problem) -> String {
        var kept: [Substring] = []
        for pair in text.split(separator: "&", omittingEmptySubsequences: false) {
            let name = pair.utf8.prefix { $0 != UInt8(ascii: "=") }
            if !names.contains(try decode(name)) { kept.append(pair) }
        }
        return kept.joined(separator: "&")
    }

    /// A parameter that is `true`, `false` or not there.
    ///
    /// - Throws: 400 for anything else.
    package func flag(_ name: String) throws(Problem) -> Bool {
        switch self[name] {
        case nil, "false": return false
        case "true": return true
        case let other?:
            throw .badRequest("invalid-query", "\(name) is 'true' or 'false', not '\(other.prefix(40))'")
        }
    }

    private static func decode(_ text: some Sequence<UInt8>) throws(Problem) -> String {
        var bytes: [UInt8] = []
        var rest = text.makeIterator()
        while let byte = rest.next() {
            switch byte {
            case UInt8(ascii: "+"):
                bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.next().flatMap(hexDigit), let low = rest.next().flatMap(hexDigit) else {
                    throw Problem.badRequest(
                        "invalid-query", "in the query, a '%' is not followed by two hexadecimal digits")
                }
                bytes.append(high << 4 | low)
            default:
                bytes.append(byte)
            }
        }
        guard let decoded = String(validating: bytes, as: UTF8.self) else {
            throw Problem.badRequest("invalid-query", "the query is not valid UTF-8 when decoded")
        }
        return decoded
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        Character(UnicodeScalar(byte)).hexDigitValue.map(UInt8.init)
    }
}
