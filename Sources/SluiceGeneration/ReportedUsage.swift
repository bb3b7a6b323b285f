internal import FoundationEssentials

/// How many tokens an answer has cost, in the words of Responses and of Anthropic, or of Chat Completions.
struct ReportedUsage: Decodable {
    struct InputDetails: Decodable {
        @Lenient var cachedTokens: Int?

        private enum CodingKeys: String, CodingKey {
            case cachedTokens = "cached_tokens"
        }
    }

    struct OutputDetails: Decodable {
        @Lenient var reasoningTokens: Int?

        private enum CodingKeys: String, CodingKey {
            case reasoningTokens = "reasoning_tokens"
        }
    }

    @Lenient var inputTokens: Int?
    @Lenient var inputDetails: InputDetails?
    @Lenient var outputTokens: Int?
    @Lenient var outputDetails: OutputDetails?
    @Lenient var promptTokens: Int?
    @Lenient var promptDetails: InputDetails?
    @Lenient var completionTokens: Int?
    @Lenient var completionDetails: OutputDetails?

    private enum CodingKeys: String, CodingKey {
        case inputTokens = "input_tokens"
        case inputDetails = "input_tokens_details"
        case outputTokens = "output_tokens"
        case outputDetails = "output_tokens_details"
        case promptTokens = "prompt_tokens"
        case promptDetails = "prompt_tokens_details"
        case completionTokens = "completion_tokens"
        case completionDetails = "completion_tokens_details"
    }

    var tokens: TokenUsage {
        TokenUsage(
            inputTokens: inputTokens ?? promptTokens,
            cachedInputTokens: (inputDetails ?? promptDetails)?.cachedTokens,
            outputTokens: outputTokens ?? completionTokens,
            reasoningTokens: (outputDetails ?? completionDetails)?.reasoningTokens)
    }
}

extension TokenUsage {
    /// What a whole answer, which is no stream, says that it has cost.
    ///
    /// - Parameter json: the answer of any provider.
    /// - Returns: nil when it does not say.
    package init?(answer json: some Collection<UInt8>) {
        let answer = try? JSONDecoder().decode(WholeAnswer.self, from: Data(json))
        guard let usage = answer?.usage?.tokens.ifKnown else { return nil }
        self = usage
    }
}

private struct WholeAnswer: Decodable {
    @Lenient var usage: ReportedUsage?
}
