/// `permessage-deflate` (RFC 7692 § 7) as this server agrees to it.
///
/// Neither side keeps its context from one message to the next. The server's frames can then be shared by all clients
/// with the same window, and a client's message is expanded without anything that was kept for it.
package struct PermessageDeflate: Hashable, Sendable {
    /// The largest window that the client can expand from, as a power of two: 9 to 15.
    package let serverMaxWindowBits: Int
    private let namesWindow: Bool

    /// Takes the first offer that can be kept.
    ///
    /// - Returns: nil when there is none. An offer is declined for a parameter that is unknown, repeated or has a
    ///   value that it must not have (§ 7.1), and for a window of 256 bytes, which zlib cannot keep to.
    package init?(acceptingOneOf offers: [WebSocketExtension]) {
        for offer in offers where offer.name == PermessageDeflate.name {
            guard let parameters = Parameters(offer), parameters.serverWindow != PermessageDeflate.windowBits.lowerBound
            else { continue }
            serverMaxWindowBits = parameters.serverWindow ?? PermessageDeflate.windowBits.upperBound
            namesWindow = parameters.serverWindow != nil
            return
        }
        return nil
    }

    /// The value of `Sec-WebSocket-Extensions` in the answer. A client may be told to keep no context without having
    /// offered it (§ 7.1.1.2). Its window is left to it: one that is larger costs nothing here.
    package var response: String {
        let window = namesWindow ? "; server_max_window_bits=\(serverMaxWindowBits)" : ""
        return "\(PermessageDeflate.name); server_no_context_takeover; client_no_context_takeover\(window)"
    }

    private static let name = "permessage-deflate"
    private static let windowBits = 8...15

    /// What an offer says, if it says what it may (§ 7.1).
    private struct Parameters {
        var serverWindow: Int?

        init?(_ offer: WebSocketExtension) {
            var seen: Set<String> = []
            for parameter in offer.parameters {
                guard seen.insert(parameter.name).inserted else { return nil }
                switch parameter.name {
                case "server_no_context_takeover", "client_no_context_takeover":
                    guard parameter.value == nil else { return nil }
                case "server_max_window_bits":
                    guard let bits = Parameters.windowBits(parameter.value) else { return nil }
                    serverWindow = bits
                case "client_max_window_bits":
                    guard parameter.value == nil || Parameters.windowBits(parameter.value) != nil else { return nil }
                default:
                    return nil
                }
            }
        }

        /// A decimal integer without leading zeros between 8 and 15 (§ 7.1.2).
        private static func windowBits(_ value: String?) -> Int? {
            PermessageDeflate.windowBits.first { String($0) == value }
        }
    }
}
