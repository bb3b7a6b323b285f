/// The answer to a `GET` that is neither a stream nor an upgrade.
struct HistoryPage: Decodable {
    let events: [Envelope]
    let cursor: String
    let gap: Gap?
    let ended: [String]?

    var data: [String] { events.map(\.data) }
}

/// What is said about events that are lost, in a page and in an event stream.
struct Gap: Decodable, Equatable {
    let topics: [String]
    let after: String
    let oldest: String?
}
