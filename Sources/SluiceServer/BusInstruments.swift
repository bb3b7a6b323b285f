internal import CoreMetrics
internal import SluiceBus
internal import SluiceMetrics

/// Turns the hubs' reports into metrics.
final class BusInstruments: Sendable {
    private let delivered: [CoreMetrics.Counter]
    private let deliveredBytes: CoreMetrics.Counter
    private let replayed: CoreMetrics.Counter
    private let lagged: CoreMetrics.Counter
    private let gaps: CoreMetrics.Counter
    private let connections: any RecorderHandler
    private let subscribers: [HubReport.Group: any RecorderHandler]

    init(registry: PrometheusRegistry) {
        delivered = DeliveryFormat.allCases.map {
            Counter(
                label: "sluice_delivered_events_total", dimensions: [("format", $0.name)], factory: registry)
        }
        deliveredBytes = Counter(label: "sluice_delivered_bytes_total", factory: registry)
        replayed = Counter(label: "sluice_replayed_events_total", factory: registry)
        lagged = Counter(label: "sluice_lagging_total", factory: registry)
        gaps = Counter(label: "sluice_gaps_total", factory: registry)
        connections = registry.makeRecorder(label: "sluice_connections", dimensions: [], aggregate: false)
        var subscribers: [HubReport.Group: any RecorderHandler] = [:]
        for group in HubReport.Group.allCases {
            subscribers[group] = registry.makeRecorder(
                label: "sluice_subscribers",
                dimensions: [("format", group.format.name), ("state", group.phase.rawValue)], aggregate: false)
        }
        self.subscribers = subscribers
    }

    /// Adds what the hubs did since they were last asked, and sets what there is now.
    func record(_ reports: [HubReport], connections count: Int) {
        var census: [HubReport.Group: Int] = [:]
        for report in reports {
            for (format, counter) in delivered.enumerated() {
                counter.increment(by: Int64(report.counts.delivered[format]))
            }
            deliveredBytes.increment(by: Int64(report.counts.deliveredBytes))
            replayed.increment(by: Int64(report.counts.replayed))
            lagged.increment(by: Int64(report.counts.lagged))
            gaps.increment(by: Int64(report.counts.gaps))
            census.merge(report.census, uniquingKeysWith: +)
        }
        connections.record(Int64(count))
        for (group, recorder) in subscribers { recorder.record(Int64(census[group] ?? 0)) }
    }
}
