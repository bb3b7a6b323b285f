/// One thing that an event stream said.
package enum EventStreamItem: Hashable, Sendable {
    /// A dispatched event.
    ///
    /// - id: the last event ID, which holds from earlier blocks on; empty when there was none.
    /// - type: nil when the block had none, which a browser calls `message`.
    /// - data: its lines joined with LF.
    case event(id: String, type: String?, data: String)
    /// A block with an `id:` and no data: the last event ID moved and nothing was dispatched.
    case idMoved(String)
    /// The time to wait before reconnecting; at once when its line is read, as a browser takes it.
    case retry(milliseconds: Int)
    /// A line that begins with a colon, without that and one space after it.
    case comment(String)
}
