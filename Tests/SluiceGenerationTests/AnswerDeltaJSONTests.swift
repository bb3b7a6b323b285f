import Foundation
import SluiceGeneration
import Testing

@Suite("JSON of deltas") struct AnswerDeltaJSONTests {
    @Test("what adds nothing is left out")
    func smallest() {
        var delta = AnswerDelta()
        #expect(delta.json == "{}")
        delta.usage = TokenUsage()
        #expect(delta.json == "{}")
        delta.text = "Hi"
        #expect(delta.json == #"{"text":"Hi"}"#)
    }

    @Test("all members have their place")
    func largest() {
        var delta = AnswerDelta()
        delta.text = "a/b \"c\"\n😀"
        delta.thinking = "hm"
        delta.add(ToolCallDelta(index: 2, id: "i", name: "n", arguments: #"{"x":"</"}"#))
        delta.add(ToolCallDelta(index: 0))
        delta.stopReason = "stop"
        delta.usage = TokenUsage(inputTokens: 1, cachedInputTokens: 2, outputTokens: 3, reasoningTokens: 0)
        delta.model = "m/1"
        delta.error = ProviderError(type: "t", message: "")
        #expect(
            delta.json == #"{"error":{"message":"","type":"t"},"model":"m/1","stopReason":"stop","#
                + #""text":"a/b \"c\"\n😀","thinking":"hm","#
                + #""toolCalls":[{"arguments":"{\"x\":\"</\"}","id":"i","index":2,"name":"n"},{"index":0}],"#
                + #""usage":{"cachedInputTokens":2,"inputTokens":1,"outputTokens":3,"reasoningTokens":0}}"#)
    }

    @Test("members that an error or a usage has not are left out")
    func partial() {
        var delta = AnswerDelta()
        delta.error = ProviderError(message: "m")
        delta.usage = TokenUsage(outputTokens: 3)
        #expect(delta.json == #"{"error":{"message":"m"},"usage":{"outputTokens":3}}"#)
    }

    @Test("any text is read back by Foundation as it was")
    func anyText() throws {
        let text = String(String.UnicodeScalarView((0..<0x3000).compactMap(Unicode.Scalar.init)))
        var delta = AnswerDelta()
        delta.text = text
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(delta.json.utf8)) as? [String: String])
        #expect(object == ["text": text])
        #expect(!delta.json.contains("\n"))
    }

    @Test("the deltas of a stream are written block by block")
    func stream() {
        #expect(
            Transcript.anthropicTool.deltas.filter { !$0.isEmpty }.map(\.json) == [
                #"{"model":"claude-opus-4-6","usage":{"inputTokens":472,"outputTokens":2}}"#,
                #"{"text":"Let me look."}"#,
                #"{"toolCalls":[{"id":"toolu_1","index":1,"name":"get_weather"}]}"#,
                #"{"toolCalls":[{"arguments":"{\"location\":","index":1}]}"#,
                #"{"toolCalls":[{"arguments":" \"Paris\"}","index":1}]}"#,
                #"{"toolCalls":[{"id":"srvtoolu_2","index":2,"name":"web_search"}]}"#,
                #"{"toolCalls":[{"arguments":"{}","index":2}]}"#,
                #"{"stopReason":"tool_use","usage":{"inputTokens":480,"outputTokens":89}}"#,
            ])
    }
}
