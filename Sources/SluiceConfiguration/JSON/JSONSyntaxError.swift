/// Why a text is not JSON.
struct JSONSyntaxError: Error, Hashable, Sendable {
    /// In bytes from the start of the text.
    let offset: Int
    let message: String
}
