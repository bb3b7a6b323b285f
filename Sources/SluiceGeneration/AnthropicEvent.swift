/// The data of an event of an Anthropic Messages stream, as far as it adds to an answer.
struct AnthropicEvent: Decodable {
    enum Kind: String {
        case messageStart = "message_start"
        case contentBlockStart = "content_block_start"
        case contentBlockDelta = "content_block_delta"
        case messageDelta = "message_delta"
        case messageStop = "message_stop"
        case error
    }

    struct Message: Decodable {
        @Lenient var model: String?
        @Lenient var usage: Usage?
    }

    struct ContentBlock: Decodable {
        @Lenient var type: String?
        @Lenient var text: String?
        @Lenient var thinking: String?
        @Lenient var id: String?
        @Lenient var name: String?
    }

    /// Of a content block or of the message.
    struct Delta: Decodable {
        @Lenient var type: String?
        @Lenient var text: String?
        @Lenient var thinking: String?
        @Lenient var partialJSON: String?
        @Lenient var stopReason: String?

        private enum CodingKeys: String, CodingKey {
            case type, text, thinking
            case partialJSON = "partial_json"
            case stopReason = "stop_reason"
        }
    }

    struct Usage: Decodable {
        @Lenient var inputTokens: Int?
        @Lenient var cachedInputTokens: Int?
        @Lenient var outputTokens: Int?

        private enum CodingKeys: String, CodingKey {
            case inputTokens = "input_tokens"
            case cachedInputTokens = "cache_read_input_tokens"
            case outputTokens = "output_tokens"
        }

        var tokens: TokenUsage {
            TokenUsage(inputTokens: inputTokens, cachedInputTokens: cachedInputTokens, outputTokens: outputTokens)
        }
    }

    /// What stands in for the event's name where there is none.
    @Lenient var type: String?
    @Lenient var index: Int?
    @Lenient var message: Message?
    @Lenient var contentBlock: ContentBlock?
    @Lenient var delta: Delta?
    @Lenient var usage: Usage?
    @Lenient var error: ReportedError?

    private enum CodingKeys: String, CodingKey {
        case type, index, message, delta, usage, error
        case contentBlock = "content_block"
    }
}
