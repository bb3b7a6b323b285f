import SluiceTestSupport
import SluiceWire
import Testing

@Suite struct WebSocketHandshakeTests {
    @Test("The example of RFC 6455 § 1.3 is accepted with its value")
    func example() {
        #expect(WebSocketHandshake.isValidKey("dGhlIHNhbXBsZSBub25jZQ=="))
        #expect(WebSocketHandshake.accept(forKey: "dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    }

    @Test(
        "A key that is not the Base64 of 16 bytes is refused",
        arguments: [
            "", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZQ===",
            "dGhlIHNhbXBsZSBub25jZXM=", "dGhlIHNhbXBsZSBub25jZXNz", "dGhlIHNhbXBsZSBub25j", "dGhlIHNhbXBsZSBub25j!Q==",
            " dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25j\r\n==",
        ])
    func invalidKeys(key: String) {
        #expect(!WebSocketHandshake.isValidKey(key))
    }

    @Test("A key that was made is valid, and another one each time")
    func makesKeys() {
        var generator = SplitMix64(seed: 1)
        let keys = (0..<50).map { _ in WebSocketHandshake.key(using: &generator) }
        #expect(keys.allSatisfy { WebSocketHandshake.isValidKey($0) })
        #expect(Set(keys).count == keys.count)
    }
}
