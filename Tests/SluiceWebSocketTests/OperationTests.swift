import NIOCore
import SluiceConnection
import Testing

@testable import SluiceWebSocket

@Suite struct OperationTests {
    private func refusal(_ text: String) throws -> Operation.Refusal {
        try #require(throws: Operation.Refusal.self) { try Operation(ByteBuffer(string: text)) }
    }

    @Test("an operation has the members that it has, and those of others are passed over")
    func members() throws {
        let operation = try Operation(
            ByteBuffer(
                string: """
                    {"op":"publish","ref":"r","topic":"a","data":"\\u00e9\\n","type":"t","encoding":"base64",\
                    "contentType":"c","key":"k","end":true,"unknown":[1,{}]}
                    """))
        #expect(operation.op == .publish)
        #expect(operation.ref?.json == #""r""#)
        #expect(operation.topic == "a")
        #expect(operation.data == "\u{E9}\n")
        #expect(operation.type == "t")
        #expect(operation.encoding == "base64")
        #expect(operation.contentType == "c")
        #expect(operation.key == "k")
        #expect(operation.end == true)
        #expect(operation.after == nil)
        #expect(try Operation(ByteBuffer(string: #" {"op" : "ping"} "#)).op == .ping)
    }

    @Test(
        "a reference is given back as it came",
        arguments: [
            ("7", "7"), ("-7", "-7"), ("0", "0"), ("9223372036854775807", "9223372036854775807"), (#""a""#, #""a""#),
            (#""7""#, #""7""#), (#""""#, #""""#), (#""\"\\\n""#, #""\"\\\n""#), ("\"\u{E9}\"", "\"\u{E9}\""),
        ])
    func reference(json: String, given: String) throws {
        #expect(try Operation(ByteBuffer(string: #"{"op":"ping","ref":\#(json)}"#)).ref?.json == given)
    }

    @Test("no reference, and one that is null, are none")
    func noReference() throws {
        #expect(try Operation(ByteBuffer(string: #"{"op":"ping"}"#)).ref == nil)
        #expect(try Operation(ByteBuffer(string: #"{"op":"ping","ref":null}"#)).ref == nil)
    }

    @Test(
        "a reference that is anything else is refused",
        arguments: ["1.5", "true", "[]", "{}", "9223372036854775808", "\"" + String(repeating: "x", count: 129) + "\""])
    func badReference(json: String) throws {
        let refusal = try refusal(#"{"op":"ping","ref":\#(json)}"#)
        #expect(refusal.problem.type == "invalid-operation")
        #expect(refusal.problem.detail.contains("'ref'"))
        #expect(refusal.ref == nil)
    }

    @Test(
        "what is wrong is said, with the reference as far as it could be read",
        arguments: [
            ("", "not JSON", nil), ("hello", "not JSON", nil), ("{", "not JSON", nil),
            (#"{"op":"ping"} x"#, "not JSON", nil),
            ("[]", "JSON object", nil), ("7", "JSON object", nil), (#""ping""#, "JSON object", nil),
            ("{}", "no 'op'", nil), (#"{"ref":7}"#, "no 'op'", "7"), (#"{"op":"dance","ref":7}"#, "'op' is", "7"),
            (#"{"op":7,"ref":"r"}"#, "'op'", #""r""#), (#"{"op":null,"ref":"r"}"#, "'op'", #""r""#),
            (#"{"op":"publish","topic":7,"ref":1}"#, "'topic' is of the wrong type", "1"),
            (#"{"op":"publish","data":{},"ref":1}"#, "'data' is of the wrong type", "1"),
            (#"{"op":"publish","end":"yes","ref":1}"#, "'end' is of the wrong type", "1"),
            (#"{"op":"Ping","ref":1}"#, "'op' is", "1"),
        ] as [(String, String, String?)])
    func refused(text: String, detail: String, ref: String?) throws {
        let refusal = try refusal(text)
        #expect(refusal.problem.status == 400)
        #expect(refusal.problem.type == "invalid-operation")
        #expect(refusal.problem.detail.contains(detail))
        #expect(refusal.ref?.json == ref)
    }

    @Test("JSON that is nested beyond reason is refused, and does no harm")
    func nesting() throws {
        let depth = 100_000
        let text =
            #"{"op":"ping","x":"# + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + "}"
        #expect(try refusal(text).problem.status == 400)
    }

    @Test("bytes that are not UTF-8 are refused")
    func invalidUTF8() throws {
        let bytes = Array(#"{"op":"ping","topic":""#.utf8) + [0xFF] + Array(#""}"#.utf8)
        #expect(throws: Operation.Refusal.self) { try Operation(ByteBuffer(bytes: bytes)) }
    }

    @Test("a reply is an object whose members are escaped")
    func reply() throws {
        let frame = JSONReply("error", ref: "7").adding("message", "a \"b\"\n").adding("cursor", nil).frame
        #expect(String(buffer: frame).hasSuffix(#"{"op":"error","ref":7,"message":"a \"b\"\n","cursor":null}"#))
    }
}
