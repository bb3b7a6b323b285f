extension ProviderBlock {
    /// Whether it is the `[DONE]` of a format that ends so.
    func isDone(in format: ProviderFormat) -> Bool {
        switch format {
        case .openAIChat, .text: data.utf8.elementsEqual("[DONE]".utf8)
        case .anthropic, .openAIResponses: false
        }
    }
}
