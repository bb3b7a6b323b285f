internal import FoundationEssentials
package import SluiceTopics

/// What the topic `$generations` says of a generation, once when it begins and once when it ends: enough to find, when
/// the gateway starts again, those that it did not see the end of, and the requests that were paid for.
package struct GenerationEntry: Hashable, Sendable, Codable {
    /// Names the topic of entries.
    package static let topic = Topic(unchecked: "$generations")

    package var id: String
    package var state: GenerationState
    package var owner: String?
    package var upstream: String?
    /// The idempotency key of the request, in its scope, and a digest of the request. Of an end: nil when the key may
    /// be used anew.
    package var key: String?
    package var fingerprint: String?

    package init(
        id: GenerationID, state: GenerationState, owner: String? = nil, upstream: String? = nil, key: String? = nil,
        fingerprint: String? = nil
    ) {
        self.id = id.text
        self.state = state
        self.owner = owner
        self.upstream = upstream
        self.key = key
        self.fingerprint = fingerprint
    }

    /// - Returns: nil when the text is not one.
    package init?(json: some Collection<UInt8>) {
        guard let entry = try? JSONDecoder().decode(Self.self, from: Data(json)) else { return nil }
        self = entry
    }

    package var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(self) else { preconditionFailure("texts can be encoded") }
        return String(decoding: data, as: UTF8.self)
    }
}
