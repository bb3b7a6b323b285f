internal import Synchronization

/// A metrics backend that keeps every value in the process and renders them in the Prometheus text format 0.0.4.
///
/// - Counters and floating-point counters are counters; a name without the suffix `_total` gets it.
/// - Gauges, meters and recorders that do not aggregate are gauges.
/// - Recorders that aggregate are histograms with bounds at the powers of four from 1 to 4 Gi.
/// - Timers are histograms of seconds with bounds from 50 µs to 10 s; their labels should end in `_seconds`.
///
/// Characters that a name cannot hold become `_`. The same label and dimensions, in any order, give the same
/// handler, and destroying one takes its series out of the output for everyone who shares it.
///
/// The number of series is bounded, so that dimensions that come from outside cannot fill the memory. A handler
/// that would go beyond the bound records nothing, and neither does one whose name is taken by a metric of another
/// kind; the counter `sluice_metrics_dropped_series_total` says how often that happened.
///
/// Recording takes no lock. Making and destroying handlers takes one, briefly.
package final class PrometheusRegistry: Sendable {
    /// The media type of what `render` returns.
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private struct State: Sendable {
        var table: SeriesTable
        var collectors: [@Sendable () -> Void] = []
    }

    private static let droppedSeriesLabel = "sluice_metrics_dropped_series"

    private let descriptions: [String: String]
    private let state: Mutex<State>
    private let droppedSeries: CounterSeries

    /// - Parameters:
    ///   - descriptions: the text of the `# HELP` lines, by label as it is given to the factory or by name as it
    ///     is rendered.
    ///   - maximumSeries: the most series there may be, besides the registry's own; at least 0. A histogram takes
    ///     20, one for each line that it renders.
    package init(descriptions: [String: String] = [:], maximumSeries: Int = 10_000) {
        precondition(maximumSeries >= 0, "a number of series is not negative")
        var table = SeriesTable(maximumSeries: maximumSeries + 1)
        let identity = SeriesIdentity(label: Self.droppedSeriesLabel, dimensions: [], kind: .counter)
        let help =
            descriptions[Self.droppedSeriesLabel] ?? descriptions[identity.family]
            ?? "Metrics refused: too many series, or a name in use by another kind of metric."
        let registered = table.register(identity, kind: .counter, help: help) { CounterSeries($0) }
        guard let registered else { preconditionFailure("an empty table has room for the first series") }
        self.descriptions = descriptions
        self.droppedSeries = registered
        self.state = Mutex(State(table: table))
    }

    /// Adds a closure that is called at the start of each `render`, on the thread of that render, so that values
    /// that are cheap to read and costly to push are set just then. Closures are called in the order they were
    /// added; they may make handlers, must not render, and run at the same time as themselves when two threads
    /// render at once. They stay for the life of the registry.
    package func onRender(_ collect: @escaping @Sendable () -> Void) {
        state.withLock { $0.collectors.append(collect) }
    }

    /// All metrics in the text format, sorted by name and then by labels.
    package func render() -> String {
        var text = ""
        render(into: &text)
        return text
    }

    /// Appends all metrics in the text format, sorted by name and then by labels.
    package func render(into text: inout String) {
        let collectors = state.withLock { $0.collectors }
        for collect in collectors { collect() }
        // Only the snapshot is taken under the lock: sorting thousands of names would hold up whoever registers.
        let families = state.withLock { $0.table.families }
        for (name, family) in families.sorted(by: { $0.key < $1.key }) {
            if let help = family.help {
                text += "# HELP \(name) \(PrometheusGrammar.escapedHelp(help))\n"
            }
            text += "# TYPE \(name) \(family.kind.type)\n"
            for (_, series) in family.series.sorted(by: { $0.key < $1.key }) {
                series.render(into: &text)
            }
        }
    }

    /// The handler of a label and dimensions, or nil, and the refusal is counted.
    func register<Handler: Series>(
        _ label: String, _ dimensions: [(String, String)], kind: MetricKind, make: (SeriesIdentity) -> Handler
    ) -> Handler? {
        let identity = SeriesIdentity(label: label, dimensions: dimensions, kind: kind)
        let help = descriptions[label] ?? descriptions[identity.family]
        let handler = state.withLock { $0.table.register(identity, kind: kind, help: help, make: make) }
        if handler == nil { droppedSeries.increment(by: 1) }
        return handler
    }

    /// Takes a handler's series out of the output. What is not a handler of this registry is ignored.
    func remove(_ handler: any AnyObject) {
        guard let series = handler as? any Series else { return }
        state.withLock { $0.table.remove(series) }
    }
}
