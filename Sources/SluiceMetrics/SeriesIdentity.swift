/// Which series a handler feeds: the name and the labels as they are rendered.
///
/// Two labels or dimensions that differ only in characters the format cannot carry are the same series, because
/// the output may not hold the same series twice.
struct SeriesIdentity: Hashable, Sendable {
    /// The family's name, with the suffix `_total` if it counts.
    let family: String
    /// `a="1",b="2"`, sorted by name; empty without dimensions.
    let labels: String

    /// - Parameter dimensions: in any order; of two with the same name the last is taken.
    init(label: String, dimensions: [(String, String)], kind: MetricKind) {
        var family = PrometheusGrammar.metricName(label)
        switch kind {
        case .counter: if !family.hasSuffix("_total") { family += "_total" }
        case .gauge, .distribution, .duration: break
        }
        self.family = family

        var values: [String: String] = [:]
        for (name, value) in dimensions {
            values[PrometheusGrammar.labelName(name, kind: kind)] = value
        }
        self.labels =
            values.sorted { $0.key < $1.key }
            .map { "\($0.key)=\"\(PrometheusGrammar.escapedLabelValue($0.value))\"" }
            .joined(separator: ",")
    }
}
