/// The data of a block of an OpenAI Chat Completions stream, or of a compatible server's.
struct OpenAIChatChunk: Decodable {
    struct Choice: Decodable {
        @Lenient var index: Int?
        @Lenient var delta: Delta?
        @Lenient var finishReason: String?

        private enum CodingKeys: String, CodingKey {
            case index, delta
            case finishReason = "finish_reason"
        }
    }

    struct Delta: Decodable {
        @Lenient var content: String?
        @Lenient var refusal: String?
        /// With compatible servers.
        @Lenient var reasoningContent: String?
        /// What other servers call it. Those that send both send the same text twice.
        @Lenient var reasoning: String?
        @Lenient var toolCalls: [Lenient<ToolCall>]?

        private enum CodingKeys: String, CodingKey {
            case content, refusal, reasoning
            case reasoningContent = "reasoning_content"
            case toolCalls = "tool_calls"
        }
    }

    struct ToolCall: Decodable {
        struct Function: Decodable {
            @Lenient var name: String?
            @Lenient var arguments: String?
        }

        @Lenient var index: Int?
        @Lenient var id: String?
        @Lenient var function: Function?
    }

    struct Usage: Decodable {
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

        private enum CodingKeys: String, CodingKey {
            case inputTokens = "prompt_tokens"
            case inputDetails = "prompt_tokens_details"
            case outputTokens = "completion_tokens"
            case outputDetails = "completion_tokens_details"
        }

        var tokens: TokenUsage {
            TokenUsage(
                inputTokens: inputTokens, cachedInputTokens: inputDetails?.cachedTokens, outputTokens: outputTokens,
                reasoningTokens: outputDetails?.reasoningTokens)
        }
    }

    @Lenient var model: String?
    @Lenient var choices: [Lenient<Choice>]?
    @Lenient var usage: Usage?
    @Lenient var error: ReportedError?
}
