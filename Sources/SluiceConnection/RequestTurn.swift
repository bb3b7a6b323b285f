/// How many requests of a connection are begun before the others of its event loop have their turn: one read of its
/// socket can bring thousands.
struct RequestTurn {
    private let limit: Int
    private var begun = 0

    init(limit: Int) {
        self.limit = limit
    }

    /// Whether the next request has to wait for the next turn.
    var isOver: Bool { begun >= limit }

    /// Counts a request.
    ///
    /// - Returns: whether it was the last of this turn; the next one is then to be scheduled.
    mutating func begin() -> Bool {
        begun += 1
        return isOver
    }

    mutating func start() {
        begun = 0
    }
}
