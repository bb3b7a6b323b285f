import Foundation
import NIOCore
import SluiceTestSupport
import SluiceWire
import Testing

@Suite struct Base64Tests {
    @Test(
        "The examples of RFC 4648 § 10 hold in both directions",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ])
    func examples(plain: String, text: String) {
        #expect(Base64.encode(plain.utf8) == text)
        #expect(Base64.decode(text) == ByteBuffer(string: plain))
    }

    @Test("Random bytes are written as Foundation writes them, and come back", arguments: 0...70)
    func agreesWithFoundation(count: Int) {
        var generator = SplitMix64(seed: UInt64(count))
        let bytes = generator.bytes(count)
        let expected = Data(bytes).base64EncodedString()
        #expect(Base64.encode(bytes) == expected)
        #expect(Base64.encodedCount(of: count) == expected.utf8.count)
        var buffer = ByteBuffer(string: "before ")
        Base64.encode(ByteBuffer(bytes: bytes), into: &buffer)
        #expect(String(buffer: buffer) == "before " + expected)
        #expect(Base64.decode(expected) == ByteBuffer(bytes: bytes))
    }

    @Test(
        "What is not Base64 is refused",
        arguments: [
            "Z", "Zg", "Zg=", "Zm9", "Zg===", "====", "Z===", "Zm9v\n", "Zm 9", "Zm9-", "Zm9_", "=Zg=", "Zg==Zg==",
            "é00",
        ])
    func refuses(text: String) {
        #expect(Base64.decode(text) == nil)
    }
}
