internal import FoundationEssentials
internal import NIOCore
internal import SluiceBus
internal import SluiceGeneration
internal import SluiceTopics
internal import SluiceWire

/// A generation as its topic tells it, up to some place.
struct GenerationSummary: Sendable {
    private(set) var beginning: GenerationRecord?
    private(set) var latest: GenerationRecord?
    private(set) var answer = AnswerDelta()
    /// Of the last event that is not the end.
    private(set) var position: Position = 0
    private var createdAt: Timestamp?
    private var startedAt: Timestamp?
    private var endedAt: Timestamp?

    var state: GenerationState { latest?.state ?? .queued }

    mutating func add(_ event: Event) {
        if !event.isEnd { position = event.position }
        guard event.type == GenerationRecord.eventType else {
            answer += AnswerDelta(event)
            return
        }
        guard let record = GenerationRecord(json: event.payload.data.readableBytesView) else { return }
        if beginning == nil {
            beginning = record
            createdAt = event.time
        }
        if record.state == .streaming { startedAt = event.time }
        if record.state.isFinal { endedAt = event.time }
        latest = record
    }

    /// The generation as a JSON object.
    func json(_ id: GenerationID) -> String {
        struct Members: Encodable {
            let id: String
            let state: GenerationState
            let format: ProviderFormat?
            let upstream: String?
            let createdAt: String?
            let startedAt: String?
            let endedAt: String?
            let cause: String?
            let detail: String?
        }
        let members = Members(
            id: id.text, state: state, format: beginning?.format, upstream: beginning?.upstream,
            createdAt: createdAt.map(Self.text), startedAt: startedAt.map(Self.text), endedAt: endedAt.map(Self.text),
            cause: latest?.cause, detail: latest?.detail)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(members) else { preconditionFailure("texts can be encoded") }
        let answer = answer.json
        // Both are objects, and share no name.
        let own = String(decoding: data.dropLast(), as: UTF8.self)
        return answer == "{}" ? own + "}\n" : own + "," + answer.dropFirst() + "\n"
    }

    private static func text(_ time: Timestamp) -> String {
        var text = ByteBuffer()
        time.writeRFC3339(into: &text)
        return String(buffer: text)
    }
}
