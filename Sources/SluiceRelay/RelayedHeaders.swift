internal import NIOHTTP1
internal import SluiceConnection

/// Which header fields pass between a client and a provider.
enum RelayedHeaders {
    /// Fields of one connection (RFC 9110 § 7.6.1), and those that the gateway writes itself.
    private static let ofConnection: Set<String> = [
        "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer",
        "transfer-encoding", "upgrade", "content-length",
    ]

    /// What says who the client is, to the gateway or to the provider; and what would name the gateway's own requests.
    private static let ofClient: Set<String> = [
        "host", "authorization", "x-api-key", "api-key", "x-goog-api-key", "cookie", "origin", "referer", "forwarded",
        "via", "x-real-ip", "idempotency-key", "accept-encoding", "expect", "prefer",
    ]

    private static let ofProvider: Set<String> = [
        "set-cookie", "date", "alt-svc", "strict-transport-security", "vary", "location", "sluice-generation",
    ]

    /// - Parameter replaced: fields that the upstream's configuration sets.
    static func request(_ headers: HTTPHeaders, replaced: [String: String]) -> HTTPHeaders {
        var relayed = HTTPHeaders()
        let own = Set(replaced.keys.map { $0.lowercased() })
        let dropped = ofConnection.union(namedByConnection(headers)).union(ofClient).union(own)
        for (name, value) in headers {
            let name = name.lowercased()
            guard !dropped.contains(name), !name.hasPrefix("x-forwarded-"), !name.hasPrefix("sec-fetch-"),
                !name.hasPrefix("access-control-")
            else { continue }
            relayed.add(name: name, value: value)
        }
        for (name, value) in replaced { relayed.add(name: name.lowercased(), value: value) }
        // What is compressed cannot be read here, nor by those who watch.
        relayed.add(name: "accept-encoding", value: "identity")
        return relayed
    }

    static func response(_ headers: HTTPHeaders) -> [(String, String)] {
        let dropped = ofConnection.union(namedByConnection(headers)).union(ofProvider)
        return headers.compactMap { name, value in
            let name = name.lowercased()
            return dropped.contains(name) || name.hasPrefix("access-control-") ? nil : (name, value)
        }
    }

    private static func namedByConnection(_ headers: HTTPHeaders) -> [String] {
        headers[canonicalForm: "connection"].map { $0.lowercased() }
    }
}
