import Foundation
import SluiceTestSupport
import Testing

@testable import SluiceConfiguration

@Suite struct JSONParserTests {
    private func failure(_ text: String) -> String? {
        let source = SourceText(name: "f", bytes: Array(text.utf8))
        do throws(JSONSyntaxError) {
            _ = try JSONParser.parse(source.bytes)
            return nil
        } catch {
            return source.place(of: error.offset).dropFirst(2) + " " + error.message
        }
    }

    @Test(
        "JSON is accepted",
        arguments: [
            "null", " true ", "\u{FEFF}false", "0", "-0", "-1.5e+10", "1E5", "\"\"", "[]", "[ ]", "{}", "{ }",
            "[[],{}]",
            #""\"\\\/\b\f\n\r\t\u00e4\ud83d\ude00""#, #"{"a":{"b":[1,2,{"c":null}]}}"#, "\r\n\t[1 , 2]\n",
            "\"ä😀\u{2028}\"",
        ])
    func valid(text: String) {
        #expect(failure(text) == nil)
    }

    @Test(
        "anything else is refused at the byte where it stops being JSON",
        arguments: [
            ("", "1:1 found the end of the file, expected a value"),
            ("{} x", "1:4 found 'x', expected the end of the file"),
            ("{}\n{}", "2:1 found '{', expected the end of the file"),
            ("{\"a\": 1,\n}", "2:1 found '}', expected a key in double quotes"),
            ("[1,]", "1:4 found ']', expected a value"),
            ("[1 2]", "1:4 found '2', expected ',' or ']'"),
            ("{\"a\" 1}", "1:6 found '1', expected ':'"),
            ("{\"a\": 1 \"b\": 2}", "1:9 found '\"', expected ',' or '}'"),
            ("{a: 1}", "1:2 found 'a', expected a key in double quotes"),
            ("// hi\n{}", "1:1 found '/', expected a value"),
            ("{'a': 1}", "1:2 found ''', expected a key in double quotes"),
            ("{\"ä\": ä}", "1:7 found the byte 0xC3, expected a value"),
            ("[1", "1:3 found the end of the file, expected ',' or ']'"),
            ("tru", "1:1 found 't', expected a value"),
            ("nulll", "1:5 found 'l', expected the end of the file"),
            ("01", "1:2 found '1', expected the end of the file"),
            ("+1", "1:1 found '+', expected a value"),
            ("-", "1:2 found the end of the file, expected a digit"),
            ("1.", "1:3 found the end of the file, expected a digit"),
            (".5", "1:1 found '.', expected a value"),
            ("1e", "1:3 found the end of the file, expected a digit"),
            ("NaN", "1:1 found 'N', expected a value"),
            ("\"a", "1:1 the string has no end"),
            (
                "\"a\nb\"",
                "1:3 a string holds a control character or ends without '\"' (control characters are escaped)"
            ),
            (#""\x""#, #"1:2 a backslash escapes one of '"', '\', '/', 'b', 'f', 'n', 'r', 't' and 'u'"#),
            (#""\u12g4""#, #"1:4 '\u' is followed by four hexadecimal digits"#),
            (#""\u+123""#, #"1:4 '\u' is followed by four hexadecimal digits"#),
            (#""\ud83d""#, "1:2 half of a surrogate pair is not a character"),
            (#""\ud83d\u0041""#, "1:2 half of a surrogate pair is not a character"),
            (#""\ude00""#, "1:2 half of a surrogate pair is not a character"),
            (String(repeating: "[", count: 65), "1:65 more than 64 objects and lists are nested"),
        ])
    func invalid(text: String, message: String) {
        #expect(failure(text) == message)
    }

    @Test("invalid UTF-8 is refused at the string that holds it")
    func invalidUTF8() throws {
        #expect(throws: JSONSyntaxError(offset: 1, message: "the string is not valid UTF-8")) {
            try JSONParser.parse([UInt8(ascii: "["), UInt8(ascii: "\""), 0xFF, UInt8(ascii: "\""), UInt8(ascii: "]")])
        }
    }

    @Test("escapes are what they stand for")
    func escapes() throws {
        let node = try JSONParser.parse(Array(#""\"\\\/\b\f\n\r\t\u00E4\uD83D\uDE00""#.utf8))
        #expect(node.literal == .string("\"\\/\u{8}\u{C}\n\r\tä😀"))
    }

    @Test("a text that is quoted is read back as it was")
    func quoting() throws {
        let text = String(String.UnicodeScalarView((0...0x2100).compactMap(Unicode.Scalar.init)))
        #expect(try JSONParser.parse(Array(JSONText.quoted(text).utf8)).literal == .string(text))
    }

    @Test("damaged files never crash, and what is accepted is JSON to Foundation too", arguments: 0..<10)
    func damage(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let original = Array(LoadedConfiguration().rendered().utf8)
        for _ in 0..<50 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[index] = UInt8.random(in: .min ... .max, using: &random)
                case 1: bytes.remove(at: index)
                default: bytes.insert(Array(#"{}[]",:0e-\u"#.utf8).randomElement(using: &random) ?? 0, at: index)
                }
            }
            let accepted = (try? JSONParser.parse(bytes)) != nil
            if accepted {
                let isJSON = (try? JSONSerialization.jsonObject(with: Data(bytes))) != nil
                #expect(isJSON, "seed \(seed): \(String(decoding: bytes, as: UTF8.self))")
            }
            _ = try? ConfigurationLoader.load(SourceText(name: "f", bytes: bytes), environment: [:])
        }
    }
}
