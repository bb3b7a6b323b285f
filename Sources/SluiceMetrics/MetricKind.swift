/// What a family of series measures, which decides how it is rendered.
///
/// Every series of a family has the same kind, since the text format states one type per name.
enum MetricKind: Hashable, Sendable {
    case counter
    case gauge
    /// A histogram of plain numbers.
    case distribution
    /// A histogram of seconds.
    case duration

    /// The word behind `# TYPE name`.
    var type: String {
        switch self {
        case .counter: "counter"
        case .gauge: "gauge"
        case .distribution, .duration: "histogram"
        }
    }

    /// How many series, that is lines of output, one handler of this kind makes.
    var seriesPerHandler: Int {
        switch self {
        case .counter, .gauge: 1
        // One per bound, `+Inf`, the sum and the count.
        case .distribution, .duration: BucketBounds.count + 3
        }
    }

    /// The names that the samples of a family carry, none of which another family may carry too.
    func sampleNames(of family: String) -> [String] {
        switch self {
        case .counter, .gauge: [family]
        case .distribution, .duration: [family, family + "_bucket", family + "_sum", family + "_count"]
        }
    }
}
