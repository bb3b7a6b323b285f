/// Which web pages may use the gateway from a browser, and under which names it may be addressed.
///
/// A browser sends `Origin` with every WebSocket handshake and every cross-origin request, and cannot be made to
/// lie about it; programs that are not browsers send none and are not restricted by it.
package struct OriginPolicy: Sendable {
    /// Origins as browsers write them, such as `https://example.org`; `null` only if it is listed here.
    private let allowedOrigins: Set<String>
    /// Further names (without port) under which the gateway may be addressed in open loopback mode.
    private let allowedHosts: Set<String>
    /// Whether it listens on loopback only and grants something to whoever reaches it: then a page in a browser on
    /// this machine could too, so names are checked.
    private let isOpenLoopback: Bool

    package init(allowedOrigins: Set<String>, allowedHosts: Set<String>, isOpenLoopback: Bool) {
        self.allowedOrigins = Set(allowedOrigins.map { $0.lowercased() })
        self.allowedHosts = Set(allowedHosts.map { $0.lowercased() })
        self.isOpenLoopback = isOpenLoopback
    }

    /// In open loopback mode a page can reach the gateway by a name that its owner points at 127.0.0.1 (DNS
    /// rebinding), and then is of the same origin. So the name itself must be loopback or listed.
    package func allowsHost(_ host: String?) -> Bool {
        guard isOpenLoopback else { return true }
        guard let host else { return true }
        let name = Authority(host).name
        return isLoopback(name) || allowedHosts.contains(name)
    }

    /// The scheme is not compared: a proxy in front may speak TLS to the browser and none to the gateway.
    ///
    /// - Parameter host: the authority that the request was made to.
    package func allowsOrigin(_ origin: String, host: String?) -> Bool {
        let origin = origin.lowercased()
        if allowedOrigins.contains(origin) { return true }
        guard let page = WebOrigin(origin) else { return false }
        if let host {
            let mine = Authority(host)
            if page.authority.name == mine.name,
                page.authority.port ?? page.defaultPort == mine.port ?? page.defaultPort
            {
                return true
            }
        }
        return isOpenLoopback && isLoopback(page.authority.name)
    }

    private func isLoopback(_ name: String) -> Bool {
        if name == "localhost" || name == "127.0.0.1" || name == "[::1]" || name.hasSuffix(".localhost") { return true }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}

/// `name[:port]`, lower-cased; IPv6 addresses keep their brackets.
private struct Authority {
    let name: String
    let port: Int?

    init(_ text: some StringProtocol) {
        let text = text.lowercased()
        let bytes = text.utf8
        let nameEnd: String.Index
        if bytes.first == UInt8(ascii: "["), let bracket = bytes.firstIndex(of: UInt8(ascii: "]")) {
            let end = bytes.index(after: bracket)
            // What is neither an address nor a port behind it makes another name.
            nameEnd = end == bytes.endIndex || bytes[end] == UInt8(ascii: ":") ? end : bytes.endIndex
        } else {
            nameEnd = bytes.firstIndex(of: UInt8(ascii: ":")) ?? bytes.endIndex
        }
        var name = bytes[..<nameEnd]
        if name.last == UInt8(ascii: ".") { name.removeLast() }
        self.name = String(Substring(name))
        port = Int(Substring(bytes[nameEnd...].dropFirst()))
    }
}

private struct WebOrigin {
    let scheme: String
    let authority: Authority

    init?(_ text: String) {
        guard let colon = text.firstIndex(of: ":"), text[colon...].hasPrefix("://") else { return nil }
        scheme = String(text[..<colon])
        guard scheme == "http" || scheme == "https" else { return nil }
        authority = Authority(text[colon...].dropFirst(3))
    }

    var defaultPort: Int { scheme == "https" ? 443 : 80 }
}
