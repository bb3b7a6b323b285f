/// What reads bytes that others chose. Each is given any bytes, and must refuse what is wrong with a documented error,
/// whichever pieces it arrives in, and take no more memory than its limit.
package enum FuzzedParser: String, CaseIterable, Sendable {
    /// A connection to a gateway, as it is accepted: HTTP/1.1, HTTP/2, and what they become.
    case connection
    /// WebSocket frames.
    case frames
    /// Compressed messages.
    case inflate
    /// An event stream, as a client reads it.
    case eventStream
    /// The operations of `sluice.v1.json`.
    case operations
    /// Topics in paths, patterns, queries, cursors, and the fields that name extensions and clients.
    case names
    /// The PROXY protocol.
    case proxyHeader
    /// What model providers stream.
    case providerStream

    /// - Throws: when the parser breaks a promise. A crash and a hang show themselves.
    package func check(_ input: [UInt8]) throws(BrokenPromise) {
        switch self {
        case .connection: try Self.checkConnection(input)
        case .frames: try Self.checkFrames(input)
        case .inflate: try Self.checkInflate(input)
        case .eventStream: try Self.checkEventStream(input)
        case .operations: try Self.checkOperations(input)
        case .names: try Self.checkNames(input)
        case .proxyHeader: try Self.checkProxyHeader(input)
        case .providerStream: try Self.checkProviderStream(input)
        }
    }
}

package struct BrokenPromise: Error, CustomStringConvertible {
    package let description: String
}

func promise(_ isKept: Bool, _ what: @autoclosure () -> String) throws(BrokenPromise) {
    guard !isKept else { return }
    throw BrokenPromise(description: what())
}
