extension String {
    /// Nil for the empty string, which many servers write where they mean nothing.
    var ifNotEmpty: String? {
        isEmpty ? nil : self
    }
}
