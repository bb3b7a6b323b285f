/// The inclusive upper bounds of a histogram's buckets, ascending; the bucket beyond the last is `+Inf`.
///
/// All histograms have the same number of bounds, so that their counts fit in the object itself.
struct BucketBounds: Sendable {
    static let count = 17

    let values: [17 of Double]
    /// The bounds as they appear in the label `le`.
    let labels: [String]

    private init(_ values: [17 of Double]) {
        self.values = values
        self.labels = values.indices.map { PrometheusGrammar.text(of: values[$0]) }
    }

    /// Seconds, from 50 µs to 10 s.
    static let seconds = BucketBounds([
        0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ])

    /// Powers of four from 1 to 4 Gi, wide enough for counts and for bytes.
    static let magnitudes = BucketBounds([
        1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864,
        268_435_456, 1_073_741_824, 4_294_967_296,
    ])

    /// The bucket that a value falls into: the first whose bound is not below it, or `count` for `+Inf`.
    func bucket(of value: Double) -> Int {
        var low = 0
        var high = Self.count
        while low < high {
            let middle = (low + high) / 2
            if values[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
