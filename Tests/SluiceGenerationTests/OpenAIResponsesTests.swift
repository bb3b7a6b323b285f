import SluiceGeneration
import Testing

@Suite("OpenAI Responses") struct OpenAIResponsesTests {
    private func delta(_ data: String) -> AnswerDelta {
        AnswerDelta(ProviderBlock("data: \(data)\n\n"), format: .openAIResponses)
    }

    @Test("text and refusals are text, reasoning is thinking, and what is done is not added again")
    func text() {
        let answer = Transcript.responsesText.answer
        #expect(answer.text == "Hi there, no more.")
        #expect(answer.thinking == "**Greeting** Be kind.")
        #expect(answer.toolCalls.isEmpty)
        #expect(answer.stopReason == "completed")
        #expect(answer.model == "gpt-4.1-2025-04-14")
        #expect(
            answer.usage
                == TokenUsage(inputTokens: 37, cachedInputTokens: 5, outputTokens: 11, reasoningTokens: 6))
        #expect(answer.error == nil)
    }

    @Test("a tool call has the index of its output item, the call's id and name, and all pieces of its arguments")
    func tools() {
        let answer = Transcript.responsesTools.answer
        #expect(
            answer.toolCalls == [
                ToolCallDelta(index: 1, id: "call_1", name: "get_weather", arguments: #"{"city":"Oslo"}"#),
                ToolCallDelta(index: 2, id: "call_2", name: "run", arguments: "echo"),
            ])
        #expect(answer.text.isEmpty)
    }

    @Test("an answer that a limit cut short says which")
    func incomplete() {
        let answer = Transcript.responsesIncomplete.answer
        #expect(answer.text == "AB")
        #expect(answer.stopReason == "max_output_tokens")
        #expect(answer.model == "gpt-4o")
        #expect(answer.usage == TokenUsage(outputTokens: 2))
        #expect(delta(#"{"type":"response.incomplete"}"#).stopReason == "incomplete")
    }

    @Test("a failure and an error are added to what there was")
    func failures() {
        let failure = Transcript.responsesFailure.answer
        #expect(failure.text == "Once upon")
        #expect(failure.error == ProviderError(type: "server_error", message: "The model failed."))
        #expect(failure.usage == TokenUsage(inputTokens: 3))
        #expect(failure.stopReason == nil)

        let error = Transcript.responsesError.answer
        #expect(error.text == "Once upon")
        #expect(error.error == ProviderError(type: "rate_limit_exceeded", message: "Slow down."))
    }

    @Test("the parts of a content part are told by its type")
    func parts() {
        #expect(delta(#"{"type":"response.content_part.added","part":{"type":"refusal","refusal":"No"}}"#).text == "No")
        let reasoning = delta(#"{"type":"response.content_part.added","part":{"type":"reasoning_text","text":"Hm"}}"#)
        #expect(reasoning.thinking == "Hm")
        #expect(reasoning.text.isEmpty)
        #expect(delta(#"{"type":"response.content_part.added","part":{"type":"new","text":"?"}}"#).isEmpty)
    }

    @Test("without names the data's types say the same", arguments: Transcript.openAIResponses)
    func withoutNames(transcript: Transcript) {
        #expect(transcript.withoutNames.deltas == transcript.deltas)
        #expect(transcript.withoutNames.endings == transcript.endings)
    }

    @Test("a member of the wrong type does not cost the others")
    func lenience() {
        let completed = delta(
            #"{"type":"response.completed","response":{"status":1,"model":"m","usage":{"input_tokens":[]}}}"#)
        #expect(completed.stopReason == "completed")
        #expect(completed.model == "m")
        #expect(completed.usage == nil)
        #expect(delta(#"{"type":"response.output_text.delta","output_index":"x","delta":"a","item":3}"#).text == "a")
    }
}
