package import SluiceConnection

/// Why a gateway does not start.
package enum GatewayError: Error, Hashable, Sendable {
    case cannotListen(ListenAddress, String)
    /// Others than this machine could reach it, and nothing says who may do what.
    case accessNotConfigured(host: String)
    case tooFewDescriptors(limit: Int, needed: Int)
    case cannotOpenLog(String)
    /// A variable of the environment that a header field of an upstream names.
    case missingVariable(String)
}

extension GatewayError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .cannotListen(.tcp(let host, let port), let reason):
            "cannot listen on \(host):\(port): \(reason)"
        case .cannotListen(.unix(let path, _), let reason):
            "cannot listen on the Unix socket '\(path)': \(reason)"
        case .cannotOpenLog(let reason):
            reason
        case .missingVariable(let name):
            "the environment has no variable '\(name)', which 'upstreams' name in a header field"
        case .accessNotConfigured(let host):
            """
            the listener on '\(host)' can be reached from other machines, and the configuration does not say who may \
            do what: add keys to 'access.keys', or state that anybody may with \
            "access": {"anonymous": {"publish": ["**"], "subscribe": ["**"]}}
            """
        case .tooFewDescriptors(let limit, let needed):
            "the process may open \(limit) descriptors; the gateway needs at least \(needed) (ulimit -n)"
        }
    }
}
