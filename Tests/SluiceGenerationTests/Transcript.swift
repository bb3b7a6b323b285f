import SluiceGeneration
import Testing

/// A provider's stream, block by block.
struct Transcript: CustomTestStringConvertible, Sendable {
    let name: String
    let format: ProviderFormat
    let blocks: [ProviderBlock]

    /// - Parameter stream: with a blank line after each block.
    init(_ name: String, _ format: ProviderFormat, _ stream: String) {
        self.name = name
        self.format = format
        blocks = stream.split(separator: "\n\n").map { ProviderBlock($0) }
    }

    var testDescription: String { name }

    var deltas: [AnswerDelta] {
        blocks.map { AnswerDelta($0, format: format) }
    }

    var answer: AnswerDelta {
        deltas.reduce(into: AnswerDelta()) { $0 += $1 }
    }

    /// Of the blocks that are one, in their order.
    var endings: [StreamEnding] {
        blocks.compactMap(format.ending)
    }

    /// The same stream as some proxies pass it on: without the names that the data repeats.
    var withoutNames: Transcript {
        Transcript(name, format, blocks.map { "data: \($0.data)\n\n" }.joined())
    }

    static let all = anthropic + openAIChat + openAIResponses + text
}
