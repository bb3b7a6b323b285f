internal import NIOCore
internal import NIOHTTP1
internal import SluiceWire

/// Who is at the other end of a connection.
struct Peer {
    let admission: ConnectionGate.Admission
    /// As its socket, or a PROXY header, has it; nil for the other end of a Unix socket.
    let address: IPAddress?
    /// How it is counted and logged.
    let name: String
    /// Whether what a request says about its client is believed, and in which field; nil for no.
    let forwardedField: ForwardedField?
    private let proxies: TrustedProxies

    init(admission: ConnectionGate.Admission, address: IPAddress?, proxies: TrustedProxies) {
        self.admission = admission
        self.address = address
        name = Peer.name(of: address)
        self.proxies = proxies
        forwardedField = proxies.contains(address) ? proxies.field : nil
    }

    /// The address of the client that makes a request.
    func client(of headers: HTTPHeaders) -> String {
        guard let forwardedField else { return name }
        // RFC 9110 § 5.3: several fields are one list.
        let hops = headers[forwardedField.rawValue].flatMap(forwardedField.addresses)
        return Peer.name(of: proxies.client(behind: address, hops: hops))
    }

    /// How an address is counted and logged.
    static func name(of address: IPAddress?) -> String {
        address?.description ?? "local"
    }
}

extension IPAddress {
    /// - Returns: nil for a Unix socket.
    init?(_ address: SocketAddress?) {
        guard let text = address?.ipAddress else { return nil }
        self.init(text)
    }
}
