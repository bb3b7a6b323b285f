import SluiceWire
import Testing

@testable import SluiceConnection

@Suite struct TrustedProxiesTests {
    private static func proxies(_ networks: String..., unix: Bool = false) -> TrustedProxies {
        var proxies = TrustedProxies()
        proxies.sources = networks.compactMap { IPNetwork($0) }.map(TrustedProxies.Source.network)
        if unix { proxies.sources.append(.unixSocket) }
        return proxies
    }

    private static func client(_ proxies: TrustedProxies, _ address: String?, _ hops: String?...) -> String? {
        proxies.client(behind: address.flatMap { IPAddress($0) }, hops: hops.map { $0.flatMap { IPAddress($0) } })?
            .description
    }

    @Test("who is not trusted is the client, whatever it says")
    func untrusted() {
        #expect(Self.client(Self.proxies(), "203.0.113.1", "192.0.2.1") == "203.0.113.1")
        #expect(Self.client(Self.proxies("10.0.0.0/8"), "203.0.113.1", "192.0.2.1") == "203.0.113.1")
        #expect(Self.client(Self.proxies("10.0.0.0/8"), nil, "192.0.2.1") == nil)
    }

    @Test("the client is the nearest that is not a trusted proxy, whatever stands before it")
    func nearest() {
        let proxies = Self.proxies("10.0.0.0/8", "fd00::/8")
        #expect(Self.client(proxies, "10.0.0.1", "203.0.113.1") == "203.0.113.1")
        #expect(Self.client(proxies, "10.0.0.1", "192.0.2.1", "203.0.113.1") == "203.0.113.1")
        #expect(Self.client(proxies, "10.0.0.1", "192.0.2.1", "203.0.113.1", "fd00::2", "10.0.0.9") == "203.0.113.1")
        #expect(Self.client(proxies, "10.0.0.1", "10.0.0.2", "203.0.113.1", "10.0.0.3") == "203.0.113.1")
    }

    @Test("where the list ends or says nothing, the proxy itself is the client")
    func silent() {
        let proxies = Self.proxies("10.0.0.0/8")
        #expect(Self.client(proxies, "10.0.0.1") == "10.0.0.1")
        #expect(Self.client(proxies, "10.0.0.1", nil) == "10.0.0.1")
        #expect(Self.client(proxies, "10.0.0.1", "203.0.113.1", nil, "10.0.0.2") == "10.0.0.2")
        #expect(Self.client(proxies, "10.0.0.1", "10.0.0.2") == "10.0.0.2")
    }

    @Test("the other end of a Unix socket is trusted when that is said")
    func unixSocket() {
        #expect(Self.client(Self.proxies(unix: true), nil, "203.0.113.1") == "203.0.113.1")
        #expect(Self.client(Self.proxies("0.0.0.0/0", "::/0"), nil, "203.0.113.1") == nil)
        #expect(Self.client(Self.proxies(unix: true), "127.0.0.1", "203.0.113.1") == "127.0.0.1")
    }
}
