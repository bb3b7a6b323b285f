internal import FoundationEssentials

extension AnswerDelta: Encodable {
    private enum CodingKeys: CodingKey {
        case text, thinking, toolCalls, stopReason, usage, model, error
    }

    /// Members that add nothing are left out.
    package func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encodeIfPresent(text.ifNotEmpty, forKey: .text)
        try members.encodeIfPresent(thinking.ifNotEmpty, forKey: .thinking)
        if !toolCalls.isEmpty { try members.encode(toolCalls, forKey: .toolCalls) }
        try members.encodeIfPresent(stopReason, forKey: .stopReason)
        try members.encodeIfPresent(usage?.ifKnown, forKey: .usage)
        try members.encodeIfPresent(model, forKey: .model)
        try members.encodeIfPresent(error, forKey: .error)
    }

    /// The JSON text, `{"text":"Hi"}`: members in alphabetical order, on one line.
    package var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        } catch {
            preconditionFailure("strings and integers can always be written as JSON: \(error)")
        }
    }
}
