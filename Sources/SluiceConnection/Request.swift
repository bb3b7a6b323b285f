package import NIOHTTP1

/// A request's head, whatever version of HTTP it came by.
package struct Request: Sendable {
    package let method: HTTPMethod
    /// The raw path, still percent-encoded.
    package let path: String
    package let query: Query
    /// What stands behind the `?`, as it came; nil without one.
    package let queryText: String?
    package let headers: HTTPHeaders
    /// The name and port that the request is addressed to: `Host` or `:authority`.
    package let authority: String?
    /// The client's address, as far as it is known: what a trusted proxy says, or the connection's; "local" for the other
    /// end of a Unix socket.
    package let address: String
    /// What a `CONNECT` over HTTP/2 asks to speak (RFC 8441 § 4).
    package let tunnelProtocol: String?

    package init(
        method: HTTPMethod, target: String, headers: HTTPHeaders, authority: String?, address: String,
        tunnelProtocol: String? = nil
    ) throws(Problem) {
        // RFC 9112 § 3.2: origin form, or absolute form, whose authority replaces `Host`.
        var target = Substring(target)
        var authority = authority
        if !target.hasPrefix("/"), let colon = target.firstIndex(of: ":"), target[colon...].hasPrefix("://") {
            let rest = target[colon...].dropFirst(3)
            let pathStart = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
            authority = String(rest[..<pathStart])
            target = rest[pathStart...]
        }
        // A fragment is no part of a target, and who passes it on would take it for one.
        guard target.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") }) else {
            throw Problem.badRequest("invalid-target", "the request target holds a byte that has to be percent-encoded")
        }
        let mark = target.firstIndex(of: "?")
        let path = target[..<(mark ?? target.endIndex)]
        self.method = method
        self.path = path.isEmpty ? "/" : String(path)
        queryText = mark.map { String(target[target.index(after: $0)...]) }
        query = try Query(queryText ?? "")
        self.headers = headers
        self.authority = authority
        self.address = address
        self.tunnelProtocol = tunnelProtocol
    }

    /// The header's value, when it is there once; several are joined by a comma (RFC 9110 § 5.3).
    package func header(_ name: String) -> String? {
        let values = headers.values(of: name)
        guard let first = values.first else { return nil }
        return values.dropFirst().isEmpty ? first : values.joined(separator: ", ")
    }

    /// The items of a comma-separated header field (RFC 9110 § 5.6.1).
    package func list(_ name: String) -> [String] {
        headers[canonicalForm: name].map(String.init)
    }

    /// Whether the request asks to become a WebSocket: over HTTP/1.1 a GET (RFC 6455 § 4.2.1), over HTTP/2 an extended
    /// CONNECT (RFC 8441 § 5).
    package var isWebSocketHandshake: Bool {
        switch method {
        case .GET: list("upgrade").contains { $0.lowercased() == "websocket" }
        case .CONNECT: tunnelProtocol?.lowercased() == "websocket"
        default: false
        }
    }

    /// Whether the client would rather have an event stream than anything else (RFC 9110 § 12.5.1, without weights:
    /// naming the type is asking for it, since no client names it by accident).
    package var acceptsEventStream: Bool {
        list("accept").contains { item in
            item.prefix { $0 != ";" }.lowercased() == "text/event-stream"
        }
    }

    /// Whether the client takes gzip, by name or by `*`, with a weight above zero (RFC 9110 § 12.5.3).
    package var acceptsGzip: Bool {
        var accepted: [String: Bool] = [:]
        for item in list("accept-encoding") {
            let parts = item.lowercased().split(separator: ";").map { String($0).trimmingSpaces() }
            guard let coding = parts.first else { continue }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 0 } ?? 1
            accepted[coding] = weight > 0
        }
        return accepted["gzip"] ?? accepted["x-gzip"] ?? accepted["*"] ?? false
    }

    /// Whether the method cannot change anything (RFC 9110 § 9.2.1).
    package var isSafe: Bool {
        method == .GET || method == .HEAD || method == .OPTIONS
    }

    /// Whether more of the body may come than is worth reading just to keep the connection.
    var restIsLong: Bool {
        guard let length = header("content-length").flatMap(Int.init) else {
            return headers.contains(name: "transfer-encoding")
        }
        return length > 64 << 10
    }

    /// The media type of the body, if one is named.
    package var mediaType: MediaType? {
        guard let type = header("content-type"), !type.isEmpty else { return nil }
        return MediaType(type)
    }
}

extension String {
    func trimmingSpaces() -> String {
        var text = Substring(self)
        while text.last == " " || text.last == "\t" { text.removeLast() }
        while text.first == " " || text.first == "\t" { text.removeFirst() }
        return String(text)
    }
}
