internal import CoreMetrics
internal import Synchronization

/// Counts of values by size, and their sum.
///
/// The count that is rendered is the sum of the buckets that were read, so it always agrees with them; the sum of
/// the values may be of a moment earlier or later while values are being recorded.
final class HistogramSeries: Series, RecorderHandler, TimerHandler {
    let identity: SeriesIdentity
    private let bounds: BucketBounds
    // One per bound and one for `+Inf`; each counts its own values alone, rendering makes them cumulative.
    private let buckets: [18 of Atomic<UInt64>] = InlineArray { _ in Atomic<UInt64>(0) }
    private let sum = Atomic<Double>(0)

    init(_ identity: SeriesIdentity, bounds: BucketBounds) {
        self.identity = identity
        self.bounds = bounds
    }

    func record(_ value: Int64) { record(Double(value)) }

    /// One infinite value or NaN would be the sum for ever, so they are left out.
    func record(_ value: Double) {
        guard value.isFinite else { return }
        buckets[bounds.bucket(of: value)].wrappingAdd(1, ordering: .relaxed)
        sum.add(value)
    }

    /// Records seconds. A negative duration, which a clock that was set back gives, counts as 0.
    func recordNanoseconds(_ duration: Int64) {
        record(Double(max(0, duration)) / 1_000_000_000)
    }

    func render(into text: inout String) {
        var count: UInt64 = 0
        for bucket in buckets.indices {
            count &+= buckets[bucket].load(ordering: .relaxed)
            let bound = bucket < BucketBounds.count ? bounds.labels[bucket] : "+Inf"
            appendSample(suffix: "_bucket", extraLabel: "le=\"\(bound)\"", value: String(count), to: &text)
        }
        appendSample(
            suffix: "_sum", value: PrometheusGrammar.text(of: sum.load(ordering: .relaxed)), to: &text)
        appendSample(suffix: "_count", value: String(count), to: &text)
    }
}
