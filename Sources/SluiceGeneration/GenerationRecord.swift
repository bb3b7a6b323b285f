internal import FoundationEssentials

/// What the gateway itself notes in a generation's topic, between the provider's blocks: how far it is, and why. The
/// first event of the topic is one, and so is the last.
package struct GenerationRecord: Hashable, Sendable, Codable {
    /// The type of its events.
    package static let eventType = "sluice.generation"

    package var state: GenerationState
    /// In the first: the generation's.
    package var id: String?
    /// In the first: what the provider's blocks are written in.
    package var format: ProviderFormat?
    /// In the first: the principal that may watch and cancel it.
    package var owner: String?
    /// In the first: the upstream that it comes from; nil for one that a backend streams itself.
    package var upstream: String?
    /// Of an end that is not `complete`: a word for machines, such as `upstream-closed`.
    package var cause: String?
    /// The same for a person.
    package var detail: String?

    package init(
        _ state: GenerationState, id: String? = nil, format: ProviderFormat? = nil, owner: String? = nil,
        upstream: String? = nil,
        cause: String? = nil, detail: String? = nil
    ) {
        self.state = state
        self.id = id
        self.format = format
        self.owner = owner
        self.upstream = upstream
        self.cause = cause
        self.detail = detail
    }

    /// - Returns: nil when the text is not one.
    package init?(json: some Collection<UInt8>) {
        guard let record = try? JSONDecoder().decode(Self.self, from: Data(json)) else { return nil }
        self = record
    }

    package var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(self) else { preconditionFailure("texts can be encoded") }
        return String(decoding: data, as: UTF8.self)
    }
}
