/// An error that a provider reported, within its stream or in place of one.
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

extension ProviderError: CustomStringConvertible {
    /// For a person, cut to 1,000 characters.
    package var description: String {
        String([type, message].compactMap(\.self).joined(separator: ": ").prefix(1000))
    }
}
