extension AnswerDelta {
    init(openAIChat block: ProviderBlock) {
        self.init()
        guard let chunk = block.decoded(as: OpenAIChatChunk.self) else { return }
        model = chunk.model?.ifNotEmpty
        usage = chunk.usage?.tokens.ifKnown
        error = chunk.error?.error
        // Other choices are other answers.
        for choice in (chunk.choices ?? []).compactMap(\.wrappedValue) where (choice.index ?? 0) == 0 {
            stopReason = choice.finishReason?.ifNotEmpty ?? stopReason
            if let delta = choice.delta { add(delta) }
        }
    }

    private mutating func add(_ delta: OpenAIChatChunk.Delta) {
        text += (delta.content ?? "") + (delta.refusal ?? "")
        thinking += delta.reasoningContent ?? delta.reasoning ?? ""
        for (place, element) in (delta.toolCalls ?? []).enumerated() {
            guard let call = element.wrappedValue else { continue }
            // Servers that leave the index out send a call as a whole.
            add(
                ToolCallDelta(
                    index: call.index ?? place, id: call.id?.ifNotEmpty, name: call.function?.name?.ifNotEmpty,
                    arguments: call.function?.arguments ?? ""))
        }
    }
}
