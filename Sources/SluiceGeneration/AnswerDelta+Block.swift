extension AnswerDelta {
    /// What the block adds. It is empty for a block that adds nothing, is not known, or is not JSON where it should be.
    package init(_ block: ProviderBlock, format: ProviderFormat) {
        guard !block.isDone(in: format) else {
            self.init()
            return
        }
        switch format {
        case .anthropic: self.init(anthropic: block)
        case .openAIChat: self.init(openAIChat: block)
        case .openAIResponses: self.init(openAIResponses: block)
        case .text:
            self.init()
            text = block.data
        }
    }
}
