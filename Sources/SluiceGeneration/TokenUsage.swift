/// What an answer has cost so far, in tokens. The counts are the provider's, and each is a total, not an increment.
package struct TokenUsage: Hashable, Sendable, Encodable {
    /// Tokens that were read. OpenAI counts those from a cache here too, Anthropic does not.
    package var inputTokens: Int?
    /// Tokens that were read from a cache.
    package var cachedInputTokens: Int?
    /// Tokens that were written, with those of reasoning.
    package var outputTokens: Int?
    /// Tokens that were written as reasoning.
    package var reasoningTokens: Int?

    package init(
        inputTokens: Int? = nil, cachedInputTokens: Int? = nil, outputTokens: Int? = nil, reasoningTokens: Int? = nil
    ) {
        self.inputTokens = inputTokens
        self.cachedInputTokens = cachedInputTokens
        self.outputTokens = outputTokens
        self.reasoningTokens = reasoningTokens
    }

    /// Nil when there is no count at all.
    var ifKnown: TokenUsage? {
        self == TokenUsage() ? nil : self
    }

    /// The latest value of each count wins.
    func updated(by later: TokenUsage) -> TokenUsage {
        TokenUsage(
            inputTokens: later.inputTokens ?? inputTokens,
            cachedInputTokens: later.cachedInputTokens ?? cachedInputTokens,
            outputTokens: later.outputTokens ?? outputTokens,
            reasoningTokens: later.reasoningTokens ?? reasoningTokens)
    }
}
