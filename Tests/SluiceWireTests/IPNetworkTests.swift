import SluiceWire
import Testing

@Suite struct IPNetworkTests {
    @Test(
        "contains the addresses that begin with its bits",
        arguments: [
            (
                "10.0.0.0/8", ["10.0.0.0", "10.255.255.255", "::ffff:10.1.2.3"],
                ["11.0.0.0", "9.255.255.255", "::a00:1"]
            ),
            ("192.0.2.128/25", ["192.0.2.128", "192.0.2.255"], ["192.0.2.127", "192.0.3.128"]),
            ("127.0.0.1", ["127.0.0.1"], ["127.0.0.2", "::1"]),
            ("0.0.0.0/0", ["1.2.3.4", "255.255.255.255"], ["::", "2001:db8::1"]),
            ("fd00::/8", ["fd00::1", "fdff::"], ["fc00::", "fe00::", "10.0.0.1"]),
            ("2001:db8::/33", ["2001:db8:7fff::"], ["2001:db8:8000::"]),
            ("::1", ["::1", "0:0:0:0:0:0:0:1"], ["::2", "127.0.0.1"]),
            ("::/0", ["::1", "ffff::"], ["1.2.3.4"]),
        ])
    func containing(_ text: String, _ inside: [String], _ outside: [String]) throws {
        let network = try #require(IPNetwork(text))
        for address in inside { #expect(network.contains(try #require(IPAddress(address))), "\(address)") }
        for address in outside { #expect(!network.contains(try #require(IPAddress(address))), "\(address)") }
        #expect(network.description == text)
    }

    @Test(
        "is not what has other bits set, or no address, or a length beyond it",
        arguments: [
            "", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8/8", "10.0.0.0/+8", "10.0.0.1/8",
            "10.0.0/8",
            "fd00::/129",
            "fd00::1/8", "localhost", "10.0.0.0/255.0.0.0", "[::1]", "10.0.0.1\u{0}", " 10.0.0.1",
        ])
    func refusing(_ text: String) {
        #expect(IPNetwork(text) == nil)
    }

    @Test("an IPv4 address that is written as IPv6 is the IPv4 address")
    func mapped() {
        #expect(IPAddress("::ffff:192.0.2.1") == IPAddress("192.0.2.1"))
        #expect(IPAddress("::ffff:192.0.2.1")?.description == "192.0.2.1")
        #expect(IPAddress("2001:DB8:0::1")?.description == "2001:db8::1")
    }
}
