/// How a provider's stream ended, by the provider's own last word. A stream that is cut off has none.
package enum StreamEnding: Hashable, Sendable {
    /// All there is was sent. That includes an answer which a limit cut short: its `stopReason` says so.
    case complete
    /// The provider gave up.
    case failed(ProviderError)
}
