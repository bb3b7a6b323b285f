internal import CoreMetrics
internal import Synchronization

/// A number that goes up and down; 0 until it is first set.
final class GaugeSeries: Series, RecorderHandler, MeterHandler {
    let identity: SeriesIdentity
    private let value = Atomic<Double>(0)

    init(_ identity: SeriesIdentity) {
        self.identity = identity
    }

    func record(_ value: Int64) { set(Double(value)) }

    func record(_ value: Double) { set(value) }

    func set(_ value: Int64) { set(Double(value)) }

    func set(_ value: Double) {
        self.value.store(value, ordering: .relaxed)
    }

    func increment(by amount: Double) {
        value.add(amount)
    }

    func decrement(by amount: Double) {
        value.add(-amount)
    }

    func render(into text: inout String) {
        appendSample(value: PrometheusGrammar.text(of: value.load(ordering: .relaxed)), to: &text)
    }
}
