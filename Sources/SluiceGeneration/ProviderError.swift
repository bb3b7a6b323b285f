/// An error that a provider reported within its stream.
package struct ProviderError: Hashable, Sendable, Encodable {
    /// The provider's name for this kind of error, such as `overloaded_error`.
    package var type: String?
    /// For a person.
    package var message: String

    package init(type: String? = nil, message: String) {
        self.type = type
        self.message = message
    }
}
