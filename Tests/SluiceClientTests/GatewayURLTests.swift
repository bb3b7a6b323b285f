import Testing

@testable import SluiceClient

struct GatewayURLTests {
    @Test(
        "addresses of gateways",
        arguments: [
            ("http://127.0.0.1:8080", "127.0.0.1", 8080, false, "127.0.0.1:8080"),
            ("ws://localhost", "localhost", 80, false, "localhost"),
            ("https://example.org/", "example.org", 443, true, "example.org"),
            ("wss://example.org:8443", "example.org", 8443, true, "example.org:8443"),
            ("HTTP://[::1]:8080", "::1", 8080, false, "[::1]:8080"),
        ])
    func valid(text: String, host: String, port: Int, isSecure: Bool, authority: String) throws {
        let url = try GatewayURL(text)
        #expect(url.host == host)
        #expect(url.port == port)
        #expect(url.isSecure == isSecure)
        #expect(url.authority == authority)
    }

    @Test(
        "what is no address of a gateway",
        arguments: [
            "", "localhost:8080", "ftp://host", "http://", "http://host:0", "http://host:99999", "http://user@host",
            "http://host?key=1", "http://host#top", "http://ho st",
        ])
    func invalid(text: String) {
        let error = #expect(throws: ClientError.self) { try GatewayURL(text) }
        #expect(error?.code == .invalidURL)
    }

    @Test("topics and queries are percent-encoded, and the gateway may have a path of its own")
    func target() throws {
        let url = try GatewayURL("https://example.org/push/")
        #expect(
            url.target("/topics/chat/räume 1?", query: [("type", "a&b"), ("topic", "x/**")])
                == "/push/topics/chat/r%C3%A4ume%201%3F?type=a%26b&topic=x%2F%2A%2A")
        #expect(url.http(url.target("/subscribe")) == "https://example.org/push/subscribe")
    }
}
