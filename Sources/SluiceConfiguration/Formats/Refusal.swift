/// Why a value is not allowed.
struct Refusal: Error, Hashable, Sendable {
    /// The value, as it may be shown.
    let found: String
    /// What a value must be, as it follows "expected".
    let allowed: String
    /// What is wrong with the value, where that does not speak for itself.
    let reason: String?
    /// The place of the value in a list, when it is an element of one.
    let index: Int?

    init(found: String, allowed: String, reason: String? = nil, index: Int? = nil) {
        self.found = found
        self.allowed = allowed
        self.reason = reason
        self.index = index
    }

    init(found: Literal, allowed: String, reason: String? = nil) {
        self.init(found: found.description, allowed: allowed, reason: reason)
    }
}

extension Refusal: CustomStringConvertible {
    var description: String {
        "found \(found), expected \(allowed)" + (reason.map { ": \($0)" } ?? "")
    }
}
