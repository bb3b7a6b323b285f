/// The receipt for an event.
package struct Published: Hashable, Sendable, Decodable {
    /// The event's cursor.
    package let id: String
    package let topic: String
}

/// The receipt for a stream of events.
package struct PublishedStream: Hashable, Sendable, Decodable {
    /// How many there were.
    package let published: Int
    /// The last event's cursor; nil when there was none.
    package let id: String?
}
