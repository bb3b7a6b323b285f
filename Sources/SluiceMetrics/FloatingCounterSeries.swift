internal import CoreMetrics
internal import Synchronization

/// A number that only rises, by fractions too.
final class FloatingCounterSeries: Series, FloatingPointCounterHandler {
    let identity: SeriesIdentity
    private let total = Atomic<Double>(0)

    init(_ identity: SeriesIdentity) {
        self.identity = identity
    }

    /// A counter cannot fall: amounts that are not positive and finite change nothing.
    func increment(by amount: Double) {
        guard amount > 0, amount.isFinite else { return }
        total.add(amount)
    }

    func reset() {
        total.store(0, ordering: .relaxed)
    }

    func render(into text: inout String) {
        appendSample(value: PrometheusGrammar.text(of: total.load(ordering: .relaxed)), to: &text)
    }
}
