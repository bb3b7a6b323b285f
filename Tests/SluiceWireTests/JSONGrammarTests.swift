import NIOCore
import SluiceWire
import Testing

@Suite("A JSON text")
struct JSONGrammarTests {
    @Test(
        "is accepted",
        arguments: [
            "null", " true ", "false", "0", "-0", "10", "-1.5e+10", "1E2", "1e-2", #""""#, #""a\"\\\/\b\f\n\r\té😀""#,
            "[]", "[ ]", "[1,[2,{}]]", "{}", #"{ "a" : 1 , "b" : [ null ] }"#, "\t\r\n{}\n",
        ])
    func accepted(text: String) {
        #expect(JSONText.isValid(ByteBuffer(string: text)))
    }

    @Test(
        "is refused",
        arguments: [
            "", " ", "nul", "nullx", "True", "01", "-", "--1", "1.", ".5", "1e", "1e+", "+1", "1.2.3", "NaN", "0x10",
            "\"",
            #""\x""#, #""\u12""#, #""\u12g4""#, "\"a\nb\"", "'a'", "[1,]", "[,1]", "[1 2]", "[", "]", "{,}", "{1:2}",
            #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, #"{"a":1"#, "1 2", "{}{}", "//", "[1]/**/",
        ])
    func refused(text: String) {
        #expect(!JSONText.isValid(ByteBuffer(string: text)))
    }

    @Test("is not nested deeper than it may be")
    func depth() {
        func nested(_ depth: Int) -> ByteBuffer {
            ByteBuffer(string: String(repeating: "[", count: depth) + String(repeating: "]", count: depth))
        }
        #expect(JSONText.isValid(nested(16), maximumDepth: 16))
        #expect(!JSONText.isValid(nested(17), maximumDepth: 16))
        #expect(!JSONText.isValid(nested(1_000_000)))
    }
}
