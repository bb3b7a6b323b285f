extension ProviderFormat {
    /// How the stream ends with this block, or nil when it goes on.
    ///
    /// JSON is decoded only for a block that looks like an error, and for one without a name that looks like an end.
    package func ending(of block: ProviderBlock) -> StreamEnding? {
        guard !block.isEmpty else { return nil }
        if block.isDone(in: self) { return .complete }
        return switch self {
        case .anthropic: anthropicEnding(of: block)
        case .openAIChat: openAIChatEnding(of: block)
        case .openAIResponses: openAIResponsesEnding(of: block)
        case .text: nil
        }
    }

    private func anthropicEnding(of block: ProviderBlock) -> StreamEnding? {
        if block.event == nil, !block.mentions(["message_stop", "error"]) { return nil }
        guard let name = block.event ?? block.decoded(as: AnthropicEvent.self)?.type else { return nil }
        switch AnthropicEvent.Kind(rawValue: name) {
        case .messageStop:
            return .complete
        case .error:
            guard let event = block.decoded(as: AnthropicEvent.self) else { return failure(saying: block.data) }
            return .failed((event.error ?? ReportedError()).error)
        case .messageStart, .contentBlockStart, .contentBlockDelta, .messageDelta, nil:
            return nil
        }
    }

    private func openAIChatEnding(of block: ProviderBlock) -> StreamEnding? {
        guard block.mentions(["error"]), let error = block.decoded(as: OpenAIChatChunk.self)?.error else { return nil }
        return .failed(error.error)
    }

    private func openAIResponsesEnding(of block: ProviderBlock) -> StreamEnding? {
        let endings: [StaticString] = ["response.completed", "response.incomplete", "response.failed", "error"]
        if block.event == nil, !block.mentions(endings) { return nil }
        guard let name = block.event ?? block.decoded(as: OpenAIResponsesEvent.self)?.type else { return nil }
        switch OpenAIResponsesEvent.Kind(rawValue: name) {
        case .completed, .incomplete:
            return .complete
        case .failed, .error:
            guard let event = block.decoded(as: OpenAIResponsesEvent.self) else { return failure(saying: block.data) }
            return .failed(event.reportedError)
        case .created, .outputItemAdded, .contentPartAdded, .outputTextDelta, .refusalDelta, .reasoningTextDelta,
            .reasoningSummaryTextDelta, .functionCallArgumentsDelta, .customToolCallInputDelta, nil:
            return nil
        }
    }

    /// Of an error whose data is not JSON: its name alone ends the stream, and the data is for a person.
    private func failure(saying data: String) -> StreamEnding {
        .failed(ReportedError(message: data).error)
    }
}
