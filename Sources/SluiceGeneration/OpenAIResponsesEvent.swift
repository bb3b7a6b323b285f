/// The data of an event of an OpenAI Responses stream, as far as it adds to an answer.
struct OpenAIResponsesEvent: Decodable {
    enum Kind: String {
        case created = "response.created"
        case outputItemAdded = "response.output_item.added"
        case contentPartAdded = "response.content_part.added"
        case outputTextDelta = "response.output_text.delta"
        case refusalDelta = "response.refusal.delta"
        case reasoningTextDelta = "response.reasoning_text.delta"
        case reasoningSummaryTextDelta = "response.reasoning_summary_text.delta"
        case functionCallArgumentsDelta = "response.function_call_arguments.delta"
        case customToolCallInputDelta = "response.custom_tool_call_input.delta"
        case completed = "response.completed"
        case incomplete = "response.incomplete"
        case failed = "response.failed"
        case error
    }

    struct Response: Decodable {
        struct IncompleteDetails: Decodable {
            @Lenient var reason: String?
        }

        @Lenient var model: String?
        @Lenient var status: String?
        @Lenient var usage: ReportedUsage?
        @Lenient var incompleteDetails: IncompleteDetails?
        @Lenient var error: ReportedError?

        private enum CodingKeys: String, CodingKey {
            case model, status, usage, error
            case incompleteDetails = "incomplete_details"
        }
    }

    struct Item: Decodable {
        @Lenient var type: String?
        @Lenient var callID: String?
        @Lenient var name: String?
        /// Of a function call.
        @Lenient var arguments: String?
        /// Of a custom tool call.
        @Lenient var input: String?

        private enum CodingKeys: String, CodingKey {
            case type, name, arguments, input
            case callID = "call_id"
        }
    }

    struct Part: Decodable {
        @Lenient var type: String?
        @Lenient var text: String?
        @Lenient var refusal: String?
    }

    /// What stands in for the event's name where there is none.
    @Lenient var type: String?
    @Lenient var outputIndex: Int?
    @Lenient var delta: String?
    @Lenient var item: Item?
    @Lenient var part: Part?
    @Lenient var response: Response?
    @Lenient var error: ReportedError?
    /// Of an error that is the event itself.
    @Lenient var code: String?
    /// Of an error that is the event itself.
    @Lenient var message: String?

    private enum CodingKeys: String, CodingKey {
        case type, delta, item, part, response, error, code, message
        case outputIndex = "output_index"
    }

    /// Of an event that says that there is one.
    var reportedError: ProviderError {
        (response?.error ?? error ?? ReportedError(type: code, message: message)).error
    }
}
