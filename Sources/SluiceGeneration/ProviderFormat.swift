/// How a model provider writes its stream of Server-Sent Events.
package enum ProviderFormat: String, CaseIterable, Codable, Sendable {
    /// Anthropic Messages: named events, which are repeated in the data's `type`.
    case anthropic
    /// OpenAI Chat Completions: unnamed chunks, then `[DONE]`.
    case openAIChat = "openai-chat"
    /// OpenAI Responses: named events, which are repeated in the data's `type`.
    case openAIResponses = "openai-responses"
    /// Every block's data is text to append; the data `[DONE]` is the end.
    case text
}
