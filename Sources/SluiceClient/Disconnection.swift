/// A connection was lost or is refused for now: the subscription goes on with the next one.
struct Disconnection: Error, Hashable {
    /// For a person, without a full stop.
    var reason: String
    /// What was asked for; the wait is at least this long.
    var atLeast: Duration = .zero
}
