internal import Synchronization

extension Atomic where Value == Double {
    /// Adds to the value. No update is lost between threads; the result is rounded as any sum of doubles is.
    func add(_ amount: Double) {
        var seen = load(ordering: .relaxed)
        while true {
            let (exchanged, original) = weakCompareExchange(
                expected: seen, desired: seen + amount, ordering: .relaxed)
            if exchanged { return }
            seen = original
        }
    }
}
