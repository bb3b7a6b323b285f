internal import CoreMetrics
internal import NIOCore
internal import SluiceBus
internal import SluiceConnection
internal import SluiceLog
internal import SluiceMetrics
internal import SluiceRelay
internal import SluiceSQLiteLog
internal import SluiceTopics

/// `/metrics`: what the gateway does, as Prometheus text.
final class GatewayMetrics: Sendable {
    let registry: PrometheusRegistry
    private let lag: CoreMetrics.Timer
    private let bus: BusInstruments
    private let log: LogInstruments

    init() {
        let registry = PrometheusRegistry(descriptions: GatewayMetrics.descriptions)
        self.registry = registry
        lag = CoreMetrics.Timer(label: "sluice_event_loop_lag_seconds", dimensions: [], factory: registry)
        bus = BusInstruments(registry: registry)
        log = LogInstruments(registry: registry)
        registry.collectProcessStatistics()
    }

    func observe(_ log: any EventLog) {
        self.log.observe(log, in: registry)
    }

    func observe(_ generations: Generations) {
        let active = registry.makeRecorder(label: "sluice_generations_active", dimensions: [], aggregate: false)
        registry.onRender { [weak generations] in
            if let generations { active.record(Int64(generations.activeCount)) }
        }
    }

    func record(_ commit: SQLiteLog.Commit) { log.record(commit) }

    func recordFailure(of work: SQLiteLog.Work) { log.recordFailure(of: work) }

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
        "sluice_log_commit_seconds": "From the begin of a transaction until the disk has it.",
        "sluice_log_commit_events": "Events that were committed together.",
        "sluice_log_commit_publishes": "Publishes that were committed together.",
        "sluice_log_failures_total": "Work with the log's file that failed: append, read or maintenance.",
        "sluice_log_file_bytes": "Bytes of the log's file.",
        "sluice_log_wal_bytes": "Bytes of the write-ahead log beside it.",
        "sluice_log_memory_bytes": "Bytes of memory that hold the newest events, and those of class memory.",
        "sluice_log_read_pages_total": "Pages read for those who catch up, by where they were.",
        "sluice_generations_active": "Generations under way.",
        "sluice_relay_requests_total": "Requests sent to model providers.",
        "sluice_relay_first_token_seconds": "From a request to the first event of a streamed answer.",
        "sluice_relay_token_gap_seconds": "From one event of a streamed answer to the next.",
        "sluice_relay_duration_seconds": "From a request to the end of its answer, of whatever kind.",
        "sluice_relay_tokens_total": "Tokens, as the provider counted them.",
    ]
}
