internal import SluiceTopics

/// How far a subscription has come.
struct Place: Hashable, Sendable {
    /// What to resume from: a cursor, or the word that the subscription began with; nil for the head of the log.
    var resume: String?
    /// The place that everything was delivered through. Unlike `resume` it is never only promised, and nil where that
    /// is not known, as behind a gap.
    private(set) var passed: Cursor?

    init(resume: String?) {
        self.resume = resume
    }

    /// Everything through this cursor has been delivered.
    mutating func move(to cursor: String) {
        resume = cursor
        passed = Cursor(cursor)
    }

    /// What comes next may lie before what came until now.
    mutating func forgetPassed() {
        passed = nil
    }

    /// Whether the event with this id was delivered. Ids that cannot be compared, as those of another epoch, were
    /// not.
    func hasPassed(_ id: Cursor?) -> Bool {
        guard let id, let passed else { return false }
        return id.epoch == passed.epoch && id.position <= passed.position
    }

    /// Takes the further one of both, for two places that become one.
    mutating func join(_ other: Place) {
        if let id = other.passed, hasPassed(id) { return }
        self = other
    }
}
