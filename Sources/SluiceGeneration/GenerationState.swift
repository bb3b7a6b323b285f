/// How far a generation is.
package enum GenerationState: String, Hashable, Sendable, Codable, CaseIterable {
    /// The provider has not answered yet.
    case queued
    case streaming
    /// The provider said that this was all.
    case complete
    /// Somebody with the right to do so ended it.
    case cancelled
    /// The provider, or the gateway, could not go on.
    case failed
    /// The backend that streamed it has gone without an end.
    case orphaned

    /// Whether nothing more will come.
    package var isFinal: Bool {
        switch self {
        case .queued, .streaming: false
        case .complete, .cancelled, .failed, .orphaned: true
        }
    }
}
