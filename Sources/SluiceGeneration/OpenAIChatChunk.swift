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

    @Lenient var model: String?
    @Lenient var choices: [Lenient<Choice>]?
    @Lenient var usage: ReportedUsage?
    @Lenient var error: ReportedError?
}
