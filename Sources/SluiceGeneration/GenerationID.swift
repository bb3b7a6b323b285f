package import SluiceTopics

/// The name of a generation: 1 to 64 of `a–z`, `A–Z`, `0–9`, `-` and `_`.
package struct GenerationID: Hashable, Sendable {
    package let text: String

    package init?(_ text: some StringProtocol) {
        guard (1...64).contains(text.utf8.count), text.utf8.allSatisfy(Self.isAllowed) else { return nil }
        self.text = String(text)
    }

    /// One that nobody can guess: 128 random bits.
    package init(using generator: inout some RandomNumberGenerator) {
        let halves = (0..<2).map { _ in UInt64.random(in: .min ... .max, using: &generator) }
        text = halves.map { half in
            let digits = String(half, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }

    /// The topic that holds what was generated.
    package var topic: Topic { Topic(unchecked: Self.topicPrefix + text) }

    /// - Returns: nil when the topic is not one of a generation.
    package init?(topic: Topic) {
        guard topic.name.hasPrefix(Self.topicPrefix) else { return nil }
        self.init(Substring(topic.name.utf8.dropFirst(Self.topicPrefix.utf8.count)))
    }

    /// Of the topics of all generations.
    package static let topicPrefix = "$generations/"

    /// Of the same.
    package static let pattern: Pattern = {
        guard let pattern = try? Pattern(topicPrefix + "*") else { preconditionFailure("'*' may be a segment") }
        return pattern
    }()

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}

extension GenerationID: CustomStringConvertible {
    package var description: String { text }
}
