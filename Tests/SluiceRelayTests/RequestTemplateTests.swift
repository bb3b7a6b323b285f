import NIOCore
import Testing

@testable import SluiceRelay

@Suite struct RequestTemplateTests {
    @Test(
        "places are letters, digits and underscores between ${ and }, and everything else is text",
        arguments: [
            ("", [], ""), ("${a}", ["a"], "<a>"), ("x${a}y${b_2}${a}", ["a", "b_2", "a"], "x<a>y<b_2><a>"),
            ("${}", [], "${}"), ("${a", [], "${a"), ("$a {b} $${c}", ["c"], "$a {b} $<c>"),
            ("${a b}${c}", ["c"], "${a b}<c>"), ("${${d}}", ["d"], "${<d>}"), ("${ä}", [], "${ä}"),
        ])
    func places(text: String, names: [String], filled: String) {
        let template = TextTemplate(text)
        #expect(template.names == names)
        #expect(template.filled { "<\($0)>" } == filled)
    }

    @Test("a value stands in its string whatever it holds, and is not looked into")
    func values() {
        let template = RequestTemplate(json: #"{"a":"${x}, ${y}","stream":true}"#)
        let values = ["x": "\"}\\\n\u{0}", "y": "${x}ä"]
        let body = template.body { values[$0] ?? "" }
        #expect(String(buffer: body) == #"{"a":"\"}\\\n\u0000, ${x}ä","stream":true}"#)
        #expect(template.parameters == ["x", "y"] && template.asksForStream)
    }
}
