internal import CoreMetrics
internal import Synchronization

/// A whole number that only rises. Beyond 2^64 − 1 it starts again at 0, which Prometheus takes for a restart.
final class CounterSeries: Series, CounterHandler {
    let identity: SeriesIdentity
    private let count = Atomic<UInt64>(0)

    init(_ identity: SeriesIdentity) {
        self.identity = identity
    }

    /// A counter cannot fall: amounts that are not positive change nothing.
    func increment(by amount: Int64) {
        guard amount > 0 else { return }
        count.wrappingAdd(UInt64(amount), ordering: .relaxed)
    }

    func reset() {
        count.store(0, ordering: .relaxed)
    }

    func render(into text: inout String) {
        appendSample(value: String(count.load(ordering: .relaxed)), to: &text)
    }
}
