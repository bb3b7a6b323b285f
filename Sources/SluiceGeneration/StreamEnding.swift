/// How a provider's stream ended, by the provider's own last word. A stream that is cut off has none.
package enum StreamEnding: Hashable, Sendable {
    /// All there is was sent. That includes an answer which a limit cut short: its `stopReason` says so.
    case complete
    /// The provider gave up.
    ///
    /// - Parameters:
    ///   - type: the provider's name for this kind of error, such as `overloaded_error`.
    ///   - message: for a person.
    case failed(type: String?, message: String)

    init(_ error: ProviderError) {
        self = .failed(type: error.type, message: error.message)
    }
}
