extension AnswerDelta {
    init(openAIResponses block: ProviderBlock) {
        self.init()
        if let name = block.event, OpenAIResponsesEvent.Kind(rawValue: name) == nil { return }
        guard let event = block.decoded(as: OpenAIResponsesEvent.self),
            let kind = (block.event ?? event.type).flatMap(OpenAIResponsesEvent.Kind.init)
        else { return }
        switch kind {
        case .created:
            model = event.response?.model?.ifNotEmpty
        case .outputItemAdded:
            if let item = event.item { begin(item, at: event.outputIndex ?? 0) }
        case .contentPartAdded:
            if let part = event.part { begin(part) }
        case .outputTextDelta, .refusalDelta:
            text = event.delta ?? ""
        case .reasoningTextDelta, .reasoningSummaryTextDelta:
            thinking = event.delta ?? ""
        case .functionCallArgumentsDelta, .customToolCallInputDelta:
            if let arguments = event.delta?.ifNotEmpty {
                add(ToolCallDelta(index: event.outputIndex ?? 0, arguments: arguments))
            }
        case .completed:
            finish(event.response)
            stopReason = event.response?.status?.ifNotEmpty ?? "completed"
        case .incomplete:
            finish(event.response)
            stopReason = event.response?.incompleteDetails?.reason?.ifNotEmpty ?? "incomplete"
        case .failed:
            finish(event.response)
            error = event.reportedError
        case .error:
            error = event.reportedError
        }
    }

    private mutating func begin(_ item: OpenAIResponsesEvent.Item, at index: Int) {
        switch item.type {
        case "function_call", "custom_tool_call":
            add(
                ToolCallDelta(
                    index: index, id: item.callID?.ifNotEmpty, name: item.name?.ifNotEmpty,
                    arguments: item.arguments ?? item.input ?? ""))
        default:
            break
        }
    }

    private mutating func begin(_ part: OpenAIResponsesEvent.Part) {
        switch part.type {
        case "output_text": text = part.text ?? ""
        case "refusal": text = part.refusal ?? ""
        case "reasoning_text": thinking = part.text ?? ""
        default: break
        }
    }

    private mutating func finish(_ response: OpenAIResponsesEvent.Response?) {
        model = response?.model?.ifNotEmpty
        usage = response?.usage?.tokens.ifKnown
    }
}
