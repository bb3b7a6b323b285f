internal import Synchronization

/// A counter whose total is kept elsewhere: it is told the total now and then instead of each increment.
package final class ObservedCounter: Series {
    let identity: SeriesIdentity
    private let total = Atomic<Double>(0)

    init(_ identity: SeriesIdentity) {
        self.identity = identity
    }

    /// Sets what is rendered from now on. A total below the last one reads as a restart of whatever is counted.
    /// Whole numbers are exact up to 2^53; what is negative or not finite is no total and changes nothing.
    package func observe(total: Double) {
        guard total >= 0, total.isFinite else { return }
        self.total.store(total, ordering: .relaxed)
    }

    func render(into text: inout String) {
        appendSample(value: PrometheusGrammar.text(of: total.load(ordering: .relaxed)), to: &text)
    }
}
