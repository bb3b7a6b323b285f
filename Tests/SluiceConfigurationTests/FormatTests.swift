import Testing

@testable import SluiceConfiguration

@Suite struct FormatTests {
    private func isAllowed<Value>(_ text: String, _ format: Format<Value>) -> Bool {
        (try? format.read(.string(text))) != nil
    }

    @Test(
        "a size is bytes, or a number and a unit",
        arguments: [("1KiB", 1 << 10), ("64KiB", 64 << 10), ("3MiB", 3 << 20), ("8GiB", 8 << 30), ("0MiB", 0)])
    func size(text: String, bytes: Int) {
        #expect(ByteSize(text)?.bytes == bytes)
    }

    @Test(
        "anything else is no size",
        arguments: [
            "", "KiB", "1", "1kib", "1KB", "1 KiB", " 1KiB", "1KiB ", "-1KiB", "+1KiB", "1.5MiB", "0x1KiB", "١KiB",
            "1TiB",
            "9223372036854775807KiB", "99999999999999999999KiB",
        ])
    func noSize(text: String) {
        #expect(ByteSize(text) == nil)
    }

    @Test(
        "a size is written in the largest unit that fits",
        arguments: [
            (0, "0"), (1, "1"), (1023, "1023"), (1024, "1KiB"), (1 << 20, "1MiB"), ((1 << 20) + 1024, "1025KiB"),
        ])
    func sizeText(bytes: Int, text: String) {
        #expect(ByteSize(bytes).text == text)
    }

    @Test(
        "a time is a number and a unit",
        arguments: [
            ("0s", Duration.zero), ("250ms", .milliseconds(250)), ("30s", .seconds(30)), ("10m", .seconds(600)),
            ("1h", .seconds(3600)), ("2d", .seconds(172_800)), ("007s", .seconds(7)),
        ])
    func time(text: String, duration: Duration) {
        #expect(TimeSpan(text)?.duration == duration)
    }

    @Test(
        "anything else is no time",
        arguments: ["", "s", "5", "5 s", "-5s", "+5s", "1.5s", "1S", "1w", "1hour", "1h30m", "9223372036854775807d"])
    func noTime(text: String) {
        #expect(TimeSpan(text) == nil)
    }

    @Test(
        "a time is written in the unit that it is whole in",
        arguments: [
            (Duration.zero, "0s"), (.milliseconds(1), "1ms"), (.milliseconds(1500), "1500ms"), (.seconds(75), "75s"),
            (.seconds(120), "2m"), (.seconds(3600), "1h"), (.seconds(86_400), "1d"), (.seconds(90_000), "25h"),
        ])
    func timeText(duration: Duration, text: String) {
        #expect(TimeSpan(duration).text == text)
    }

    @Test(
        "an origin is what a browser sends",
        arguments: [
            ("https://example.org", true), ("http://localhost:3000", true), ("null", true), ("http://[::1]:8080", true),
            ("http://[::1]", true), ("https://a-b.example:8443", true), ("capacitor://localhost", true),
            ("*", false), ("https://*.example.org", false), ("https://example.org/", false), ("example.org", false),
            ("https://", false), ("://example.org", false), ("https://example.org:443", false),
            ("http://example.org:80", false), ("http://example.org:0", false), ("http://example.org:", false),
            ("http://example.org:65536", false), ("https://user@example.org", false), ("https://a b", false),
            ("", false),
            ("HTTPS://example.org:443", false), ("1http://example.org", false),
        ])
    func origin(text: String, allowed: Bool) {
        #expect(isAllowed(text, .origin) == allowed)
    }

    @Test(
        "a host to listen on is a name or an address without port and brackets",
        arguments: [
            ("127.0.0.1", true), ("0.0.0.0", true), ("localhost", true), ("::1", true), ("::", true),
            ("fe80::1%eth0", true), ("::ffff:10.0.0.1", true), ("gateway.internal", true),
            ("", false), ("[::1]", false), ("127.0.0.1:8080", false), ("localhost:80", false), ("a b", false),
            ("http://localhost", false), ("a/b", false), ("::g", false), ("fe80::1%", false),
        ])
    func listenHost(text: String, allowed: Bool) {
        #expect(isAllowed(text, .listenHost) == allowed)
    }

    @Test(
        "a host name is a name without port",
        arguments: [
            ("proxy", true), ("a.example.org", true), ("[::1]", true), ("10.0.0.1", true), ("", false), ("a:80", false),
            ("::1", false), ("[::1]:80", false), ("a/b", false), ("https://a", false), ("ä", false),
        ])
    func hostName(text: String, allowed: Bool) {
        #expect(isAllowed(text, .hostName) == allowed)
    }

    @Test(
        "a route's path is absolute and hides none of the gateway's own",
        arguments: [
            ("/ws", true), ("/a/b", true), ("/a%20b", true), ("/topicsx", true), ("/subscribe/x", true), ("/ws/", true),
            ("", false), ("ws", false), ("/", false), ("/healthz", false), ("/readyz", false), ("/metrics", false),
            ("/subscribe", false), ("/tickets", false), ("/topics", false), ("/topics/", false), ("/topics/a", false),
            ("/a b", false), ("/a?b", false), ("/a#b", false), ("/ä", false), ("/a\nb", false),
            ("/" + String(repeating: "a", count: 1024), false),
        ])
    func routePath(text: String, allowed: Bool) {
        #expect(isAllowed(text, .routePath) == allowed)
    }

    @Test(
        "a key has a printable name that is not that of those who have none",
        arguments: [
            ("backend", true), ("the shop's ä", true), ("", false), ("anonymous", false), ("a\nb", false),
            (String(repeating: "a", count: 101), false),
        ])
    func keyName(text: String, allowed: Bool) {
        #expect(isAllowed(text, .keyName) == allowed)
    }

    @Test("the bounds of a range belong to it")
    func bounds() {
        let format = Format.count(2...5)
        for (value, allowed) in [(1, false), (2, true), (5, true), (6, false)] {
            #expect(((try? format.read(.integer(value))) != nil) == allowed)
        }
    }
}
