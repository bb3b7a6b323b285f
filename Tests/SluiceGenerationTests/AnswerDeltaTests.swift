import SluiceGeneration
import SluiceTestSupport
import Testing

@Suite struct AnswerDeltaTests {
    /// Sums in a random grouping, with deltas in between that add nothing.
    private func sum(_ deltas: ArraySlice<AnswerDelta>, using generator: inout SplitMix64) -> AnswerDelta {
        guard deltas.count > 1 else {
            var delta = AnswerDelta()
            if let only = deltas.first {
                delta = only
                if Bool.random(using: &generator) { delta += AnswerDelta() }
            }
            return delta
        }
        let middle = Int.random(in: deltas.startIndex...deltas.endIndex, using: &generator)
        guard middle != deltas.startIndex, middle != deltas.endIndex else {
            var delta = AnswerDelta()
            delta += sum(deltas, using: &generator)
            return delta
        }
        var delta = sum(deltas[..<middle], using: &generator)
        delta += sum(deltas[middle...], using: &generator)
        return delta
    }

    @Test("The sum does not depend on how the blocks are grouped", arguments: Transcript.all)
    func grouping(transcript: Transcript) {
        let answer = transcript.answer
        #expect(!answer.isEmpty)
        for seed in 1...50 as ClosedRange<UInt64> {
            var generator = SplitMix64(seed: seed)
            #expect(sum(transcript.deltas[...], using: &generator) == answer, "seed \(seed)")
        }
    }

    /// Here models, errors, counts and calls of different answers meet.
    @Test(
        "The sum of blocks of all kinds does not depend on how they are grouped",
        arguments: 1...50 as ClosedRange<UInt64>)
    func groupingOfMixtures(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        let deltas = Transcript.all.flatMap(\.deltas).shuffled(using: &generator)
        let answer = deltas.reduce(into: AnswerDelta()) { $0 += $1 }
        for _ in 1...10 {
            #expect(sum(deltas[...], using: &generator) == answer)
        }
    }

    @Test("The first model wins, and of all else that is not appended the latest")
    func precedence() {
        var first = AnswerDelta()
        first.model = "a"
        first.stopReason = "a"
        first.error = ProviderError(type: "a", message: "a")
        first.usage = TokenUsage(inputTokens: 1, cachedInputTokens: 2, outputTokens: 3, reasoningTokens: 4)
        var second = AnswerDelta()
        second.model = "b"
        second.stopReason = "b"
        second.error = ProviderError(message: "b")
        second.usage = TokenUsage(cachedInputTokens: 5, outputTokens: 0)

        var sum = first
        sum += second
        var expected = AnswerDelta()
        expected.model = "a"
        expected.stopReason = "b"
        expected.error = ProviderError(message: "b")
        expected.usage = TokenUsage(inputTokens: 1, cachedInputTokens: 5, outputTokens: 0, reasoningTokens: 4)
        #expect(sum == expected)
        sum += AnswerDelta()
        #expect(sum == expected)
    }

    @Test("A call keeps its first id and name")
    func callPrecedence() {
        var delta = AnswerDelta()
        delta.add(ToolCallDelta(index: 3, arguments: "["))
        delta.add(ToolCallDelta(index: 3, id: "a", arguments: "1"))
        delta.add(ToolCallDelta(index: 1, id: "other"))
        delta.add(ToolCallDelta(index: 3, id: "b", name: "f", arguments: "]"))
        #expect(
            delta.toolCalls == [
                ToolCallDelta(index: 3, id: "a", name: "f", arguments: "[1]"), ToolCallDelta(index: 1, id: "other"),
            ])
    }

    @Test("A delta is empty only when no member adds anything")
    func emptiness() {
        #expect(AnswerDelta().isEmpty)
        let changes: [@Sendable (inout AnswerDelta) -> Void] = [
            { $0.text = " " }, { $0.thinking = " " }, { $0.add(ToolCallDelta(index: 0)) }, { $0.stopReason = "stop" },
            { $0.usage = TokenUsage(outputTokens: 0) }, { $0.model = "m" }, { $0.error = ProviderError(message: "") },
        ]
        for change in changes {
            var delta = AnswerDelta()
            change(&delta)
            #expect(!delta.isEmpty)
        }
    }

    static let junk = [
        "", " ", "x", "null", "true", "7", #""text""#, "[]", "[{}]", "{}", "{", #"{"type""#, "[DONE", "\0", "\u{FEFF}",
        #"{"type":7}"#, #"{"type":null,"delta":null,"choices":null,"usage":null,"error":null}"#, #"{"error":""}"#,
        #"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"cut"#,
        #"{"type":"content_block_delta","index":0,"delta":"text"}"#,
        #"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":{"text":"a"}}}"#,
        #"{"type":"content_block_delta","index":0,"delta":{"type":"new_delta","text":"a"}}"#,
        #"{"type":"content_block_start","index":0,"content_block":{"type":"image","text":"a","id":"b"}}"#,
        #"{"type":"message_start","message":{"model":"","usage":{}}}"#,
        #"{"model":null,"choices":[{"index":0,"delta":{"content":"cut"#,
        #"{"choices":[{"index":0,"delta":{"content":["a"],"tool_calls":[null,"a"]}},null]}"#,
        #"{"choices":[{"index":1,"delta":{"content":"a"}}],"usage":{"prompt_tokens":"9"}}"#,
        #"{"type":"response.output_text.delta","output_index":0,"delta":"cut"#,
        #"{"type":"response.output_text.delta","output_index":0,"delta":["a"]}"#,
        #"{"type":"response.output_text.done","output_index":0,"text":"a","delta":"a"}"#,
        String(repeating: "[", count: 100_000), String(repeating: #"{"error":"#, count: 100_000),
    ]

    @Test("What is not JSON, is cut off or has the wrong types adds nothing and ends nothing")
    func junkAddsNothing() {
        let formats: [ProviderFormat] = [.anthropic, .openAIChat, .openAIResponses]
        for data in Self.junk {
            let block = ProviderBlock("data: \(data)\n\n")
            for format in formats {
                #expect(AnswerDelta(block, format: format).isEmpty, "\(format): \(data.prefix(100))")
                #expect(format.ending(of: block) == nil, "\(format): \(data.prefix(100))")
            }
        }
    }

    @Test("A block without data adds nothing and ends nothing", arguments: ProviderFormat.allCases)
    func withoutData(format: ProviderFormat) {
        for text in ["", ": ping\n\n", "event: error\n\n", "event: message_stop\n\n", "event: response.completed\n\n"] {
            #expect(AnswerDelta(ProviderBlock(text), format: format).isEmpty)
            #expect(format.ending(of: ProviderBlock(text)) == nil)
        }
    }

    @Test("Plain text is appended as it is, up to the end")
    func plainText() {
        var expected = AnswerDelta()
        expected.text = #"Hello {"text":1}"# + "two\nlines"
        #expect(Transcript.plainText.answer == expected)
    }
}
