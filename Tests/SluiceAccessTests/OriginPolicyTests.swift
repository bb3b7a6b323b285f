import Testing

@testable import SluiceAccess

@Suite struct OriginPolicyTests {
    private let open = OriginPolicy(
        allowedOrigins: ["https://App.example"], allowedHosts: ["Dev.local"], isOpenLoopback: true)
    private let closed = OriginPolicy(
        allowedOrigins: ["https://App.example", "null"], allowedHosts: [], isOpenLoopback: false)

    @Test(
        "an open gateway answers only to loopback names and listed ones",
        arguments: [
            ("localhost", true), ("localhost:8080", true), ("LOCALHOST:8080", true), ("localhost.", true),
            ("localhost.:8080", true), ("app.localhost", true), ("a.b.localhost:80", true), ("127.0.0.1", true),
            ("127.0.0.1:8080", true), ("127.255.0.3", true), ("[::1]", true), ("[::1]:8080", true),
            ("dev.local", true), ("DEV.local:8080", true), ("dev.local.", true),
            ("evil.example", false), ("localhost.evil.example", false), ("127.0.0.1.evil.example", false),
            ("127.0.0.1.nip.io", false), ("notlocalhost", false), ("evil.example:8080", false), ("", false),
            ("128.0.0.1", false), ("127.0.0.256", false), ("127.0.0", false), ("127.evil", false), ("0.0.0.0", false),
            ("10.0.0.1", false), ("[::2]", false), ("[::ffff:127.0.0.1]", false), ("[::1].evil.example", false),
            ("x.dev.local", false), ("localhost@evil.example", false), ("127.1", false),
        ])
    func hosts(host: String, isAllowed: Bool) {
        #expect(open.allowsHost(host) == isAllowed)
    }

    @Test(
        "without a host, and where access needs a key, no name is refused",
        arguments: ["evil.example", "", "10.0.0.1:80"])
    func hostsOfClosed(host: String) {
        #expect(closed.allowsHost(host))
        #expect(closed.allowsHost(nil))
        #expect(open.allowsHost(nil))
    }

    @Test(
        "a page of the same origin is allowed; the default port need not be named",
        arguments: [
            ("http://site.example", "site.example", true), ("https://site.example", "site.example", true),
            ("https://site.example", "site.example:443", true), ("http://site.example", "site.example:80", true),
            ("https://site.example:443", "site.example", true), ("http://site.example:8080", "site.example:8080", true),
            ("https://Site.Example", "SITE.example", true), ("https://site.example.", "site.example", true),
            ("https://[2001:db8::1]:8443", "[2001:DB8::1]:8443", true),
            ("https://[2001:db8::1]", "[2001:db8::1]", true),
            ("http://site.example", "site.example:443", false), ("https://site.example:8443", "site.example", false),
            ("http://site.example:8080", "site.example:8081", false), ("https://other.example", "site.example", false),
            ("https://x.site.example", "site.example", false), ("https://site.example.evil", "site.example", false),
            ("https://[2001:db8::1]", "[2001:db8::2]", false), ("ftp://site.example", "site.example", false),
            ("site.example", "site.example", false), ("", "site.example", false),
            ("://site.example", "site.example", false),
            ("https://site.example", nil, false),
        ] as [(String, String?, Bool)])
    func sameOrigin(origin: String, host: String?, isAllowed: Bool) {
        #expect(closed.allowsOrigin(origin, host: host) == isAllowed)
    }

    @Test("a listed origin is allowed to any host, in any case, and no other of its like")
    func listed() {
        #expect(closed.allowsOrigin("https://app.example", host: "gateway.example"))
        #expect(closed.allowsOrigin("HTTPS://APP.EXAMPLE", host: nil))
        #expect(!closed.allowsOrigin("http://app.example", host: "gateway.example"))
        #expect(!closed.allowsOrigin("https://app.example:8443", host: "gateway.example"))
        #expect(!closed.allowsOrigin("https://app.example.evil", host: "gateway.example"))
    }

    @Test("the origin 'null' is allowed only when it is listed")
    func null() {
        #expect(closed.allowsOrigin("null", host: "gateway.example"))
        #expect(!open.allowsOrigin("null", host: "localhost"))
        #expect(!open.allowsOrigin("null", host: "null"))
    }

    @Test(
        "in open loopback mode any page of this machine is allowed, whatever its port",
        arguments: [
            ("http://localhost:3000", true), ("https://127.0.0.1:5173", true), ("http://[::1]:9", true),
            ("http://app.localhost", true), ("http://evil.example", false), ("http://localhost.evil.example", false),
            ("file://localhost", false),
        ])
    func loopback(origin: String, isAllowed: Bool) {
        #expect(open.allowsOrigin(origin, host: "127.0.0.1:8080") == isAllowed)
        #expect(!closed.allowsOrigin(origin, host: "gateway.example"))
    }
}
