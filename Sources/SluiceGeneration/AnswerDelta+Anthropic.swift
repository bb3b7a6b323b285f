extension AnswerDelta {
    init(anthropic block: ProviderBlock) {
        self.init()
        if let name = block.event {
            switch AnthropicEvent.Kind(rawValue: name) {
            case .messageStop, nil: return
            case .messageStart, .contentBlockStart, .contentBlockDelta, .messageDelta, .error: break
            }
        }
        guard let event = block.decoded(as: AnthropicEvent.self),
            let kind = (block.event ?? event.type).flatMap(AnthropicEvent.Kind.init)
        else { return }
        switch kind {
        case .messageStart:
            model = event.message?.model?.ifNotEmpty
            usage = event.message?.usage?.tokens.ifKnown
        case .contentBlockStart:
            if let contentBlock = event.contentBlock { begin(contentBlock, at: event.index ?? 0) }
        case .contentBlockDelta:
            if let delta = event.delta { add(delta, at: event.index ?? 0) }
        case .messageDelta:
            stopReason = event.delta?.stopReason?.ifNotEmpty
            usage = event.usage?.tokens.ifKnown
        case .error:
            error = (event.error ?? ReportedError()).error
        case .messageStop:
            break
        }
    }

    private mutating func begin(_ contentBlock: AnthropicEvent.ContentBlock, at index: Int) {
        switch contentBlock.type {
        case "text":
            text = contentBlock.text ?? ""
        case "thinking":
            thinking = contentBlock.thinking ?? ""
        // Those that the provider runs itself too: the pieces of their arguments cannot be told from those of others.
        case "tool_use", "server_tool_use", "mcp_tool_use":
            add(ToolCallDelta(index: index, id: contentBlock.id?.ifNotEmpty, name: contentBlock.name?.ifNotEmpty))
        default:
            break
        }
    }

    private mutating func add(_ delta: AnthropicEvent.Delta, at index: Int) {
        switch delta.type {
        case "text_delta":
            text = delta.text ?? ""
        case "thinking_delta":
            thinking = delta.thinking ?? ""
        case "input_json_delta":
            // The first piece is mostly empty, and the call has begun already.
            if let arguments = delta.partialJSON?.ifNotEmpty { add(ToolCallDelta(index: index, arguments: arguments)) }
        default:
            break
        }
    }
}
