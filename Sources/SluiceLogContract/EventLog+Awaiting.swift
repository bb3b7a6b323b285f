internal import NIOCore
internal import SluiceLog
internal import SluiceTopics

extension EventLog {
    func append(
        _ publications: [Publication], key: IdempotencyKey? = nil
    ) async -> Result<Receipt, AppendError> {
        await withCheckedContinuation { continuation in
            append(AppendRequest(publications, idempotencyKey: key)) { continuation.resume(returning: $0) }
        }
    }

    /// Appends one text to each of the topics, as one batch.
    @discardableResult
    func publish(_ texts: (topic: String, text: String)..., key: IdempotencyKey? = nil) async throws -> Receipt {
        try await append(try texts.map { try Publication($0.topic, $0.text) }, key: key).get()
    }

    func maintain() async {
        await withCheckedContinuation { continuation in
            maintain { continuation.resume() }
        }
    }

    func read(
        _ patterns: [String], _ place: ReadPlace, events: Int = .max, bytes: Int = .max
    ) async throws -> Page {
        try await read(try patterns.map { try Pattern($0) }, place, events: events, bytes: bytes)
    }

    func read(
        _ selection: [Pattern], _ place: ReadPlace, events: Int = .max, bytes: Int = .max
    ) async throws -> Page {
        try await withCheckedContinuation { continuation in
            let request = ReadRequest(
                selection: selection, place: place, maximumEvents: events, maximumBytes: bytes)
            read(request) { continuation.resume(returning: $0) }
        }.get()
    }

    /// Reads page by page until the head is reached.
    func readAll(
        _ patterns: [String], _ start: ReadPlace, events: Int = .max, bytes: Int = .max
    ) async throws -> [Page] {
        var pages: [Page] = []
        var place = start
        repeat {
            let page = try await read(patterns, place, events: events, bytes: bytes)
            pages.append(page)
            place = page.next
        } while !pages[pages.count - 1].isAtHead
        return pages
    }

    /// The texts of everything that is left of a selection.
    func texts(_ patterns: String...) async throws -> [String] {
        try await readAll(patterns, .earliest).flatMap(\.events).map(\.text)
    }
}

extension Publication {
    init(_ topic: String, _ text: String, ends: Bool = false) throws {
        self.init(topic: try Topic(topic), payload: Payload(text: text), endsTopic: ends)
    }
}

extension Event {
    var text: String { String(buffer: payload.data) }
}

extension Page {
    var texts: [String] { events.map(\.text) }
    var gapTexts: [String] { gaps.map(\.text) }
}
