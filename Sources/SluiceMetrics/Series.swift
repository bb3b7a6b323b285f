/// A handler that the registry renders.
///
/// The values are atomics that are read and written with relaxed ordering: a scrape needs each number to be whole,
/// not to be ordered with any other memory.
protocol Series: AnyObject, Sendable {
    var identity: SeriesIdentity { get }

    /// Appends the current samples, one line each.
    func render(into text: inout String)
}

extension Series {
    /// Appends one line: `family_suffix{labels,extraLabel} value`.
    func appendSample(suffix: String = "", extraLabel: String = "", value: String, to text: inout String) {
        text += identity.family
        text += suffix
        if !identity.labels.isEmpty || !extraLabel.isEmpty {
            text += "{"
            text += identity.labels
            if !identity.labels.isEmpty && !extraLabel.isEmpty { text += "," }
            text += extraLabel
            text += "}"
        }
        text += " "
        text += value
        text += "\n"
    }
}
