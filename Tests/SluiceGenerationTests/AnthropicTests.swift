import SluiceGeneration
import Testing

@Suite("Anthropic Messages") struct AnthropicTests {
    @Test("text adds up with the initial text of its block; pings, citations and unknown events add nothing")
    func text() {
        let answer = Transcript.anthropicText.answer
        #expect(answer.text == #"Well: Hello, "error" 😀!"#)
        #expect(answer.thinking.isEmpty)
        #expect(answer.toolCalls.isEmpty)
        #expect(answer.stopReason == "end_turn")
        #expect(answer.model == "claude-opus-4-6")
        #expect(answer.usage == TokenUsage(inputTokens: 25, cachedInputTokens: 7, outputTokens: 15))
        #expect(answer.error == nil)
        let silent = zip(Transcript.anthropicText.blocks, Transcript.anthropicText.deltas).filter(\.1.isEmpty)
        #expect(
            silent.map(\.0.event) == [
                "ping", "content_block_delta", "content_block_stop", "a_later_invention", "message_stop",
            ])
    }

    @Test("a tool call has the index of its content block, its id and name, and all pieces of its arguments")
    func tools() {
        let answer = Transcript.anthropicTool.answer
        #expect(answer.text == "Let me look.")
        #expect(
            answer.toolCalls == [
                ToolCallDelta(index: 1, id: "toolu_1", name: "get_weather", arguments: #"{"location": "Paris"}"#),
                ToolCallDelta(index: 2, id: "srvtoolu_2", name: "web_search", arguments: "{}"),
            ])
        #expect(answer.stopReason == "tool_use")
        #expect(answer.usage == TokenUsage(inputTokens: 480, outputTokens: 89))
    }

    @Test("thinking is kept apart from text, and neither signatures nor redacted thinking are shown")
    func thinking() {
        let answer = Transcript.anthropicThinking.answer
        #expect(answer.thinking == "27 is 3³.")
        #expect(answer.text == "Three.")
        #expect(answer.stopReason == "max_tokens")
    }

    @Test("an error in mid-stream is added to what there was")
    func error() {
        let answer = Transcript.anthropicError.answer
        #expect(answer.text == "Once upon")
        #expect(answer.error == ProviderError(type: "overloaded_error", message: "Overloaded"))
        #expect(answer.stopReason == nil)
    }

    @Test("without names the data's types say the same", arguments: Transcript.anthropic)
    func withoutNames(transcript: Transcript) {
        #expect(transcript.withoutNames.deltas == transcript.deltas)
        #expect(transcript.withoutNames.endings == transcript.endings)
    }

    @Test("a member of the wrong type does not cost the others")
    func lenience() {
        let start = ProviderBlock(
            #"data: {"type":"message_start","message":{"model":7,"usage":{"input_tokens":"9","output_tokens":1}}}"#)
        var expected = AnswerDelta()
        expected.usage = TokenUsage(outputTokens: 1)
        #expect(AnswerDelta(start, format: .anthropic) == expected)

        let delta = ProviderBlock(
            #"data: {"type":"content_block_delta","index":"0","delta":{"type":"text_delta","text":"a","thinking":[]}}"#)
        #expect(AnswerDelta(delta, format: .anthropic).text == "a")
    }
}
