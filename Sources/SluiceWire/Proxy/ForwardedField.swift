/// The header fields in which proxies say for whom they ask.
package enum ForwardedField: String, CaseIterable, Sendable {
    /// By custom: addresses with commas between them.
    case xForwardedFor = "X-Forwarded-For"
    /// RFC 7239.
    case forwarded = "Forwarded"

    /// The addresses in a field's value, the nearest last; nil for what is none (`unknown`, an obfuscated name, or
    /// nonsense).
    ///
    /// Commas separate also within quotes: no address holds one, and so nothing that a client wrote at the left can
    /// swallow what a proxy appended at the right.
    package func addresses(in value: String) -> [IPAddress?] {
        value.split(separator: ",", omittingEmptySubsequences: false).map { element in
            switch self {
            case .xForwardedFor: ForwardedField.address(of: element)
            case .forwarded: ForwardedField.forParameter(of: element).flatMap(ForwardedField.address)
            }
        }
    }

    /// RFC 7239 § 4: `for=`, a token or a quoted string.
    private static func forParameter(of element: Substring) -> Substring? {
        for parameter in element.split(separator: ";") {
            let pair = parameter.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, trimmed(pair[0]).lowercased() == "for" else { continue }
            let value = trimmed(pair[1])
            return value.count >= 2 && value.hasPrefix("\"") && value.hasSuffix("\"")
                ? value.dropFirst().dropLast() : value
        }
        return nil
    }

    /// RFC 7239 § 6: an address, perhaps with a port; an IPv6 address in brackets, or bare where it has no port.
    private static func address(of node: Substring) -> IPAddress? {
        let node = trimmed(node)
        if node.hasPrefix("[") {
            guard let end = node.firstIndex(of: "]") else { return nil }
            return IPAddress(String(node[..<end].dropFirst()))
        }
        let isWithPort = node.contains(".") && node.count { $0 == ":" } == 1
        return IPAddress(String(isWithPort ? node.prefix { $0 != ":" } : node))
    }

    private static func trimmed(_ text: Substring) -> Substring {
        let text = text.drop { $0 == " " || $0 == "\t" }
        let end = text.lastIndex { $0 != " " && $0 != "\t" }
        return end.map { text[...$0] } ?? text
    }
}
