import Foundation
import NIOCore
import SluiceTestSupport
import SluiceWire
import Testing

@Suite struct JSONTextTests {
    private func json(_ text: String) -> String {
        var buffer = ByteBuffer()
        JSONText.writeString(text, into: &buffer)
        return String(buffer: buffer)
    }

    @Test("Quotes, backslashes, control characters and the separators of JavaScript are escaped, and nothing else")
    func escapes() {
        #expect(json("") == #""""#)
        #expect(json("plain") == #""plain""#)
        #expect(json(#"a"b\c/d"#) == #""a\"b\\c/d""#)
        #expect(json("\u{8}\t\n\u{C}\r") == #""\b\t\n\f\r""#)
        #expect(json("\0\u{1}\u{B}\u{1F}\u{7F}") == "\"\\u0000\\u0001\\u000b\\u001f\u{7F}\"")
        #expect(json("\u{2027}\u{2028}\u{2029}\u{202A}€") == "\"\u{2027}\\u2028\\u2029\u{202A}€\"")
        #expect(json("é世😀\u{FEFF}\u{FFFF}") == "\"é世😀\u{FEFF}\u{FFFF}\"")
    }

    @Test("Each character is escaped alike wherever it stands")
    func everyPlace() throws {
        for scalar in (0..<0x100).compactMap(Unicode.Scalar.init) + ["\u{2028}", "\u{2029}", "\u{2030}", "😀"] {
            for before in 0..<17 {
                let text = String(repeating: "x", count: before) + String(scalar) + "yz"
                let written = json(text)
                #expect(try decode(written) == text)
                #expect(written.hasPrefix("\"" + String(repeating: "x", count: before)))
            }
        }
    }

    @Test("Random text is read back by Foundation", arguments: 1...60 as ClosedRange<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        for size in [1, 7, 8, 9, 30, 100] {
            let text = generator.text(size)
            var buffer = ByteBuffer(string: "prefix")
            JSONText.writeString(ByteBuffer(string: text), into: &buffer)
            let written = String(buffer: buffer).dropFirst(6)
            #expect(try decode(String(written)) == text, "seed \(seed)")
            #expect(!written.unicodeScalars.contains { $0.value < 0x20 || $0 == "\u{2028}" || $0 == "\u{2029}" })
            #expect(String(written) == json(text))
        }
    }

    private func decode(_ text: String) throws -> String {
        try JSONDecoder().decode(String.self, from: Data(text.utf8))
    }
}
