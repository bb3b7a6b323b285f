/// What is wrong with an object in a list, and at which of its keys.
enum ObjectProblem: Error, Hashable, Sendable {
    case unknownKey(String)
    /// A key, and what its value must be.
    case missingKey(String, String)
    case refused(String, Refusal)
}
