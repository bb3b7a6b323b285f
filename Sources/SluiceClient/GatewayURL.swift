internal import FoundationEssentials

/// Where a gateway is: `http`, `https`, `ws` or `wss`, a host, and a path if it is not at the root of its host.
package struct GatewayURL: Hashable, Sendable {
    package let isSecure: Bool
    /// A name or an address; an IPv6 address without its brackets.
    package let host: String
    package let port: Int
    /// What comes before the gateway's own paths: empty, or beginning with a slash and not ending with one.
    let prefix: String

    /// - Throws: `invalidURL` unless the text is such an address and nothing else.
    package init(_ text: String) throws(ClientError) {
        guard let url = URLComponents(string: text) else { throw .invalidURL(text, "it is not a URL (RFC 3986)") }
        switch url.scheme?.lowercased() {
        case "http", "ws": isSecure = false
        case "https", "wss": isSecure = true
        default: throw .invalidURL(text, "it does not begin with http://, https://, ws:// or wss://")
        }
        guard let host = url.host, !host.isEmpty else { throw .invalidURL(text, "it names no host") }
        guard url.user == nil, url.password == nil else { throw .invalidURL(text, "a key does not belong into it") }
        guard url.query == nil, url.fragment == nil else { throw .invalidURL(text, "it has a query or a fragment") }
        let port = url.port ?? (isSecure ? 443 : 80)
        guard (1...65_535).contains(port) else { throw .invalidURL(text, "its port is not 1 to 65535") }
        self.host = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        self.port = port
        var path = url.percentEncodedPath[...]
        while path.last == "/" { path.removeLast() }
        prefix = String(path)
    }

    /// The value of `Host` (RFC 9110 § 7.2).
    package var authority: String {
        let host = host.contains(":") ? "[\(host)]" : host
        return port == (isSecure ? 443 : 80) ? host : "\(host):\(port)"
    }

    /// The path and query of a request, of one that is encoded already and begins with a slash.
    package func target(encoded path: String) -> String { prefix + path }

    /// The URL of a request.
    ///
    /// - Parameter target: as `target(_:query:)` makes it.
    func http(_ target: String) -> String {
        "\(isSecure ? "https" : "http")://\(authority)\(target)"
    }

    /// The path and query of a request (RFC 9112 § 3.2.1, origin-form).
    ///
    /// - Parameters:
    ///   - path: the gateway's own, not encoded; its slashes remain.
    ///   - query: names and values, not encoded.
    func target(_ path: String, query: [(name: String, value: String)] = []) -> String {
        var target = prefix + Self.encode(path, keeping: UInt8(ascii: "/"))
        for (number, parameter) in query.enumerated() {
            target += number == 0 ? "?" : "&"
            target += Self.encode(parameter.name) + "=" + Self.encode(parameter.value)
        }
        return target
    }

    /// Percent-encodes all but the unreserved characters (RFC 3986 § 2.3), which is right in every part of a URL.
    private static func encode(_ text: String, keeping kept: UInt8? = nil) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                bytes.append(byte)
            case kept:
                bytes.append(byte)
            default:
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 0xF)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension GatewayURL: CustomStringConvertible {
    package var description: String { http(prefix) }
}
