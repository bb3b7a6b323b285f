import SluiceGeneration
import Testing

@Suite struct StreamEndingTests {
    @Test("Each stream ends with its last block and no earlier", arguments: Transcript.all)
    func lastBlock(transcript: Transcript) throws {
        let last = try #require(transcript.blocks.last)
        #expect(transcript.endings.count == 1)
        #expect(transcript.format.ending(of: last) == transcript.endings.first)
    }

    @Test("A stream fails as its answer says, and is complete otherwise", arguments: Transcript.all)
    func agreesWithAnswer(transcript: Transcript) {
        let error = transcript.answer.error
        let expected = error.map(StreamEnding.failed) ?? .complete
        #expect(transcript.endings == [expected])
    }

    struct Example: CustomTestStringConvertible, Sendable {
        var format: ProviderFormat
        var block: String
        var ending: StreamEnding?

        init(_ format: ProviderFormat, _ block: String, _ ending: StreamEnding?) {
            self.format = format
            self.block = block
            self.ending = ending
        }

        var testDescription: String { "\(format.rawValue) \(block.debugDescription)" }
    }

    static let ends: [Example] = [
        Example(.anthropic, "event: message_stop\ndata: {}", .complete),
        Example(.anthropic, #"data: { "type" : "message_stop" }"#, .complete),
        Example(
            .anthropic, #"data: {"error":{"message":"m","type":"t"},"type":"error"}"#,
            .failed(ProviderError(type: "t", message: "m"))),
        Example(.anthropic, "event: error\ndata: Bad Gateway", .failed(ProviderError(message: "Bad Gateway"))),
        Example(.anthropic, "event: error\ndata:", .failed(ProviderError(message: "unspecified error"))),
        Example(.anthropic, "event: error\ndata: {}", .failed(ProviderError(message: "unspecified error"))),
        Example(.openAIChat, "data: [DONE]", .complete),
        Example(.openAIChat, "data:[DONE]\r\n\r\n", .complete),
        Example(.openAIResponses, "event: response.completed\ndata: {}", .complete),
        Example(.openAIResponses, #"data: {"type":"response.incomplete"}"#, .complete),
        Example(.openAIResponses, "event: response.failed\ndata: {", .failed(ProviderError(message: "{"))),
        Example(
            .openAIResponses, #"data: {"type":"error","error":{"type":"t","code":"c","message":"m"}}"#,
            .failed(ProviderError(type: "t", message: "m"))),
        Example(
            .openAIResponses, #"data: {"type":"response.failed","response":{"error":{"code":"c","message":"m"}}}"#,
            .failed(ProviderError(type: "c", message: "m"))),
        Example(.text, "data: [DONE]", .complete),
    ]

    static let others: [Example] = [
        Example(.anthropic, "data: [DONE]", nil),
        Example(.anthropic, #"data: {"type":"ping","of":"message_stop","error":{}}"#, nil),
        Example(.anthropic, #"data: {"type":"content_block_delta","delta":{"type":"text_delta","text":"error"}}"#, nil),
        Example(.anthropic, "event: ping\ndata: {\"type\":\"message_stop\"}", nil),
        Example(.openAIChat, "data: [DONE].", nil),
        Example(.openAIChat, "event: message_stop\ndata: {}", nil),
        Example(.openAIChat, #"data: {"choices":[{"delta":{"content":"error"},"finish_reason":"stop"}]}"#, nil),
        Example(.openAIChat, #"data: {"choices":[{"delta":{"error":{"message":"m"}}}],"error":null}"#, nil),
        Example(.openAIResponses, "data: [DONE]", nil),
        Example(.openAIResponses, "event: response.output_text.done\ndata: {\"type\":\"error\"}", nil),
        Example(.openAIResponses, #"data: {"type":"response.created","response":{"error":null}}"#, nil),
        Example(.openAIResponses, #"data: {"type":"response.output_text.delta","delta":"response.completed"}"#, nil),
        Example(.text, "event: error\ndata: error", nil),
        Example(.text, "data:  [DONE]", nil),
        Example(.text, "data: [DONE]\ndata: more", nil),
    ]

    @Test("An ending is told from its name, or from its data where it has none", arguments: ends)
    func endsStream(example: Example) {
        #expect(example.format.ending(of: ProviderBlock(example.block)) == example.ending)
    }

    @Test("What only looks like an ending is none", arguments: others)
    func goesOn(example: Example) {
        #expect(example.format.ending(of: ProviderBlock(example.block)) == nil)
    }

    @Test("Formats have the names that a configuration uses")
    func names() {
        #expect(ProviderFormat.allCases.map(\.rawValue) == ["anthropic", "openai-chat", "openai-responses", "text"])
    }
}
