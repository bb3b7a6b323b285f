/// What one or more blocks of a provider's stream add to an answer.
///
/// Deltas add up with `+=`, and the sum of all of them is the whole answer. The sum is associative and `AnswerDelta()`
/// changes nothing, so that blocks may be gathered in any groups, as long as their order is kept.
package struct AnswerDelta: Hashable, Sendable {
    /// What the reader is to see, refusals included.
    package var text = ""
    /// The model's reasoning, or the provider's summary of it.
    package var thinking = ""
    /// One for each index, in the order in which the calls began.
    package private(set) var toolCalls: [ToolCallDelta] = []
    /// Why the model stopped, in the provider's words, such as `end_turn`, `stop` or `max_output_tokens`.
    package var stopReason: String?
    package var usage: TokenUsage?
    /// The model that answers, by the provider's name for it.
    package var model: String?
    package var error: ProviderError?

    /// Adds nothing.
    package init() {}

    /// Whether it adds nothing.
    package var isEmpty: Bool {
        self == AnswerDelta()
    }

    /// Adds to the tool call of the same index, or begins one.
    package mutating func add(_ call: ToolCallDelta) {
        // From the end, since it is mostly the last call that goes on.
        if let place = toolCalls.lastIndex(where: { $0.index == call.index }) {
            toolCalls[place] += call
        } else {
            toolCalls.append(call)
        }
    }

    /// Appends texts and arguments; the first model wins, and the latest stop reason, error and count of each kind.
    package static func += (answer: inout AnswerDelta, later: AnswerDelta) {
        answer.text += later.text
        answer.thinking += later.thinking
        for call in later.toolCalls { answer.add(call) }
        answer.stopReason = later.stopReason ?? answer.stopReason
        if let usage = later.usage { answer.usage = (answer.usage ?? TokenUsage()).updated(by: usage) }
        answer.model = answer.model ?? later.model
        answer.error = later.error ?? answer.error
    }
}
