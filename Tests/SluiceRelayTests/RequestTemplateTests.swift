import NIOCore
import Testing

@testable import SluiceRelay

@Suite struct RequestTemplateTests {
    @Test(
        "places are letters, digits and underscores between ${ and }",
        arguments: [
            ("", [], ""), ("${a}", ["a"], "<a>"), ("x${a}y${b_2}${a}", ["a", "b_2", "a"], "x<a>y<b_2><a>"),
            ("$a {b} $${c}$", ["c"], "$a {b} $<c>$"),
        ])
    func places(text: String, names: [String], filled: String) throws {
        let template = try #require(TextTemplate(text))
        #expect(template.names == names)
        #expect(template.filled { "<\($0)>" } == filled)
    }

    @Test(
        "what begins as a place and is none is refused",
        arguments: ["${}", "${a", "${a b}", "${${d}}", "${ä}", "${a-b}"])
    func noPlaces(text: String) {
        #expect(TextTemplate(text) == nil)
        #expect(HeaderTemplate("a: \(text)") == nil)
        #expect(RequestTemplate(json: #"{"a":"\#(text)"}"#) == nil)
    }

    @Test("a value stands in its string whatever it holds, and is not looked into")
    func values() throws {
        let template = try #require(RequestTemplate(json: #"{"a":"${x}, ${y}","stream":true}"#))
        let values = ["x": "\"}\\\n\u{0}", "y": "${x}ä"]
        let body = template.body { values[$0] ?? "" }
        #expect(String(buffer: body) == #"{"a":"\"}\\\n\u0000, ${x}ä","stream":true}"#)
        #expect(template.parameters == ["x", "y"] && template.asksForStream)
    }
}
