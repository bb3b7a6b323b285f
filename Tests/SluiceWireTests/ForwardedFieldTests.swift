import SluiceWire
import Testing

@Suite struct ForwardedFieldTests {
    @Test(
        "X-Forwarded-For is a list of addresses, perhaps with ports",
        arguments: [
            ("192.0.2.1", ["192.0.2.1"]),
            ("192.0.2.1, 2001:db8::1 ,\t198.51.100.7:4711", ["192.0.2.1", "2001:db8::1", "198.51.100.7"]),
            ("[2001:db8::1]:80,[2001:db8::2]", ["2001:db8::1", "2001:db8::2"]),
            ("unknown, ,192.0.2.1", [nil, nil, "192.0.2.1"]),
            ("", [nil]),
            ("192.0.2.1:2:3, [::1, 192.0.2.1\u{0}", [nil, nil, nil]),
        ])
    func xForwardedFor(_ value: String, _ addresses: [String?]) {
        #expect(ForwardedField.xForwardedFor.addresses(in: value) == addresses.map { $0.flatMap { IPAddress($0) } })
    }

    @Test(
        "Forwarded is a list of elements, each with the address of its for parameter (RFC 7239 § 4)",
        arguments: [
            ("for=192.0.2.43", ["192.0.2.43"]),
            (#"For="[2001:db8:cafe::17]:4711""#, ["2001:db8:cafe::17"]),
            ("for=192.0.2.60;proto=http;by=203.0.113.43", ["192.0.2.60"]),
            ("by=203.0.113.43 ; for=192.0.2.60", ["192.0.2.60"]),
            (#"for=192.0.2.43, for="192.0.2.44:80""#, ["192.0.2.43", "192.0.2.44"]),
            ("for=unknown, for=_hidden, by=203.0.113.43", [nil, nil, nil]),
            // What a client leaves open does not swallow what the proxy appends.
            (#"for="192.0.2.1, for=198.51.100.7"#, [nil, "198.51.100.7"]),
            (#"for=", for=198.51.100.7"#, [nil, "198.51.100.7"]),
            ("192.0.2.1", [nil]),
            ("", [nil]),
        ])
    func forwarded(_ value: String, _ addresses: [String?]) {
        #expect(ForwardedField.forwarded.addresses(in: value) == addresses.map { $0.flatMap { IPAddress($0) } })
    }
}
