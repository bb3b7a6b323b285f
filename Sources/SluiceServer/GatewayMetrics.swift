internal import CoreMetrics
internal import NIOCore
internal import SluiceBus
internal import SluiceConnection
internal import SluiceLog
internal import SluiceMetrics
internal import SluiceTopics

/// `/metrics`: what the gateway does, as Prometheus text.
final class GatewayMetrics: Sendable {
    let registry: PrometheusRegistry
    private let lag: CoreMetrics.Timer
    private let bus: BusInstruments

    init(log: any EventLog) {
        let registry = PrometheusRegistry(descriptions: GatewayMetrics.descriptions)
        self.registry = registry
        lag = CoreMetrics.Timer(label: "sluice_event_loop_lag_seconds", dimensions: [], factory: registry)
        bus = BusInstruments(registry: registry)
        registry.collectProcessStatistics()
        let gauges = ["topics", "events", "bytes"].map {
            registry.makeRecorder(label: "sluice_log_\($0)", dimensions: [], aggregate: false)
        }
        let evicted = registry.makeObservedCounter(label: "sluice_log_evicted_events_total")
        registry.onRender { [weak log] in
            guard let statistics = log?.statistics else { return }
            gauges[0].record(Int64(statistics.topics))
            gauges[1].record(Int64(statistics.events))
            gauges[2].record(Int64(statistics.bytes))
            evicted.observe(total: Double(statistics.evictedEvents))
        }
    }

    func recordCertificateExpiry(_ time: Timestamp) {
        registry.makeRecorder(label: "sluice_certificate_expiry_seconds", dimensions: [], aggregate: false)
            .record(Double(time.milliseconds) / 1000)
    }

    func recordLag(_ time: TimeAmount) {
        lag.recordNanoseconds(time.nanoseconds)
    }

    @Sendable func respond(to exchange: Exchange) {
        let bound = NIOLoopBound(exchange, eventLoop: exchange.eventLoop)
        let eventLoop = exchange.eventLoop
        let core = exchange.loop.core
        Task {
            let reports = (try? await core.bus.onEachHub { $0.report() }) ?? []
            self.bus.record(reports, connections: core.connectionCount)
            let text = self.registry.render()
            eventLoop.execute {
                bound.value.respond(
                    .text(200, text, type: PrometheusRegistry.contentType, headers: [("cache-control", "no-store")]))
            }
        }
    }

    private static let descriptions = [
        "sluice_publish_seconds": "From the whole publish request to the log's answer.",
        "sluice_published_events_total": "Events stored for publishers.",
        "sluice_published_bytes_total": "Bytes of data stored for publishers.",
        "sluice_delivered_events_total": "Events delivered live to subscribers, by wire format.",
        "sluice_delivered_bytes_total": "Bytes of live events written to subscribers.",
        "sluice_replayed_events_total": "Events that subscribers read from the log: catching up or lagging.",
        "sluice_lagging_total": "How often a live subscriber fell behind and became a reader of the log.",
        "sluice_gaps_total": "Gaps that subscribers were told of.",
        "sluice_refused_total": "Requests, messages and connections refused, by reason.",
        "sluice_accepted_connections_total": "Connections accepted.",
        "sluice_connections": "Open connections.",
        "sluice_subscribers": "Connections that subscribe, by wire format and state.",
        "sluice_event_loop_lag_seconds": "How long a task waits on an event loop.",
        "sluice_certificate_expiry_seconds": "When the first of the TLS certificates expires, in Unix time.",
        "sluice_log_topics": "Topics that the log knows.",
        "sluice_log_events": "Events in the log.",
        "sluice_log_bytes": "Bytes that the log holds, its bookkeeping included.",
        "sluice_log_evicted_events_total": "Events evicted from the log.",
    ]
}
