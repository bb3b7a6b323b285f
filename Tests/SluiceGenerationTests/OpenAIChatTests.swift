import SluiceGeneration
import Testing

@Suite("OpenAI Chat Completions") struct OpenAIChatTests {
    private func delta(_ data: String) -> AnswerDelta {
        AnswerDelta(ProviderBlock("data: \(data)\n\n"), format: .openAIChat)
    }

    @Test("content and refusals of the first choice are text; a last chunk brings the usage")
    func text() {
        let answer = Transcript.chatText.answer
        #expect(answer.text == #"Hello, "error": {} I can't."#)
        #expect(answer.toolCalls.isEmpty)
        #expect(answer.stopReason == "stop")
        #expect(answer.model == "gpt-4o-mini")
        #expect(
            answer.usage
                == TokenUsage(inputTokens: 19, cachedInputTokens: 4, outputTokens: 10, reasoningTokens: 3))
        #expect(answer.error == nil)
    }

    @Test("the pieces of interleaved tool calls find together, in the order in which the calls began")
    func tools() {
        let answer = Transcript.chatTools.answer
        #expect(
            answer.toolCalls == [
                ToolCallDelta(index: 1, id: "call_b", name: "get_time", arguments: "{}"),
                ToolCallDelta(index: 0, id: "call_a", name: "get_weather", arguments: #"{"city":"Rome"}"#),
            ])
        #expect(answer.text.isEmpty)
        #expect(answer.stopReason == "tool_calls")
    }

    @Test("reasoning is thinking, and is taken once where a server sends it under two names")
    func reasoning() {
        let answer = Transcript.chatReasoning.answer
        #expect(answer.thinking == "Two and two, so")
        #expect(answer.text == "Four")
        #expect(answer.model == "deepseek-reasoner")
        #expect(answer.stopReason == "length")
        #expect(answer.usage == TokenUsage(inputTokens: 2, outputTokens: 5))
    }

    @Test("an error in mid-stream is added to what there was")
    func error() {
        let answer = Transcript.chatError.answer
        #expect(answer.text == "Once upon")
        #expect(answer.error == ProviderError(type: "server_error", message: "The server had an error"))
    }

    @Test(
        "an error is read in all the shapes that servers give it",
        arguments: [
            (#"{"error":"out of memory"}"#, ProviderError(message: "out of memory")),
            (#"{"error":{"code":"429","message":"slow"}}"#, ProviderError(type: "429", message: "slow")),
            (#"{"error":{"code":429,"type":"","message":"slow"}}"#, ProviderError(message: "slow")),
            (#"{"error":{"type":"a","code":"b"}}"#, ProviderError(type: "a", message: "a")),
            (#"{"error":{}}"#, ProviderError(message: "unspecified error")),
        ])
    func errorShapes(data: String, error: ProviderError) {
        #expect(delta(data).error == error)
        #expect(
            ProviderFormat.openAIChat.ending(of: ProviderBlock("data: " + data))
                == .failed(error))
    }

    @Test("tool calls without an index are told apart by their place")
    func placesOfCalls() {
        let calls = delta(
            #"{"choices":[{"delta":{"tool_calls":[{"id":"a","function":{"name":"f"}},7,{"id":"b"}]}}]}"#
        ).toolCalls
        #expect(calls == [ToolCallDelta(index: 0, id: "a", name: "f"), ToolCallDelta(index: 2, id: "b")])
    }

    @Test("an empty id or name is none, and does not stand in the way of a later one")
    func emptyNames() {
        var answer = delta(#"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"","function":{"name":""}}]}}]}"#)
        #expect(answer.toolCalls == [ToolCallDelta(index: 0)])
        answer += delta(#"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f"}}]}}]}"#)
        #expect(answer.toolCalls == [ToolCallDelta(index: 0, id: "a", name: "f")])
    }

    @Test("a member of the wrong type does not cost the others")
    func lenience() {
        #expect(delta(#"{"model":1,"choices":[3,{"index":0,"delta":{"content":"a","refusal":1}}]}"#).text == "a")
        #expect(delta(#"{"model":"m","choices":{"index":0},"usage":[]}"#).model == "m")
        #expect(delta(#"{"usage":{"prompt_tokens":1.5,"completion_tokens":2}}"#).usage == TokenUsage(outputTokens: 2))
    }

    @Test("a name of an event changes nothing")
    func named() {
        let block = ProviderBlock("event: message\ndata: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n")
        #expect(AnswerDelta(block, format: .openAIChat).text == "a")
    }
}
