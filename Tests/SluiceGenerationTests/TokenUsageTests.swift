import Testing

@testable import SluiceGeneration

@Suite struct TokenUsageTests {
    @Test(
        "a whole answer says what it has cost in the words of its provider",
        arguments: [
            (#"{"usage":{"input_tokens":3,"output_tokens":4}}"#, TokenUsage(inputTokens: 3, outputTokens: 4)),
            (
                #"{"usage":{"prompt_tokens":3,"completion_tokens":4,"prompt_tokens_details":{"cached_tokens":1}}}"#,
                TokenUsage(inputTokens: 3, cachedInputTokens: 1, outputTokens: 4)
            ),
            (
                #"{"usage":{"input_tokens":"odd","output_tokens":4,"output_tokens_details":{"reasoning_tokens":2}}}"#,
                TokenUsage(outputTokens: 4, reasoningTokens: 2)
            ),
            (#"{"usage":{}}"#, nil), (#"{"data":[]}"#, nil), ("[]", nil), ("not JSON", nil),
        ])
    func answers(json: String, usage: TokenUsage?) {
        #expect(TokenUsage(answer: Array(json.utf8)) == usage)
    }
}
