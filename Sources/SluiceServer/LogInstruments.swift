internal import CoreMetrics
internal import SluiceLog
internal import SluiceMetrics
internal import SluiceSQLiteLog

/// What the log is measured with; of a log in a file, also what it does with the file.
final class LogInstruments: Sendable {
    private let commit: CoreMetrics.Timer
    private let committedEvents: CoreMetrics.Recorder
    private let committedPublishes: CoreMetrics.Recorder
    private let failures: [SQLiteLog.Work: CoreMetrics.Counter]

    init(registry: PrometheusRegistry) {
        commit = CoreMetrics.Timer(label: "sluice_log_commit_seconds", dimensions: [], factory: registry)
        committedEvents = CoreMetrics.Recorder(
            label: "sluice_log_commit_events", dimensions: [], aggregate: true, factory: registry)
        committedPublishes = CoreMetrics.Recorder(
            label: "sluice_log_commit_publishes", dimensions: [], aggregate: true, factory: registry)
        failures = Dictionary(
            uniqueKeysWithValues: SQLiteLog.Work.allCases.map { work in
                (
                    work,
                    CoreMetrics.Counter(
                        label: "sluice_log_failures_total", dimensions: [("work", work.rawValue)], factory: registry)
                )
            })
    }

    func recordFailure(of work: SQLiteLog.Work) { failures[work]?.increment() }

    func record(_ done: SQLiteLog.Commit) {
        commit.recordNanoseconds(Int64(done.duration / .nanoseconds(1)))
        committedEvents.record(done.events)
        committedPublishes.record(done.appends)
    }

    func observe(_ log: any EventLog, in registry: PrometheusRegistry) {
        func gauge(_ name: String) -> any RecorderHandler {
            registry.makeRecorder(label: "sluice_log_\(name)", dimensions: [], aggregate: false)
        }
        let (topics, events, bytes) = (gauge("topics"), gauge("events"), gauge("bytes"))
        let evicted = registry.makeObservedCounter(label: "sluice_log_evicted_events_total")
        registry.onRender { [weak log] in
            guard let statistics = log?.statistics else { return }
            topics.record(Int64(statistics.topics))
            events.record(Int64(statistics.events))
            bytes.record(Int64(statistics.bytes))
            evicted.observe(total: Double(statistics.evictedEvents))
        }
        guard log.statistics.file != nil else { return }
        let (file, wal, memory) = (gauge("file_bytes"), gauge("wal_bytes"), gauge("memory_bytes"))
        let pages = ["memory", "file"].map {
            registry.makeObservedCounter(label: "sluice_log_read_pages_total", dimensions: [("from", $0)])
        }
        registry.onRender { [weak log] in
            guard let statistics = log?.statistics.file else { return }
            file.record(Int64(statistics.fileBytes))
            wal.record(Int64(statistics.walBytes))
            memory.record(Int64(statistics.memoryBytes))
            pages[0].observe(total: Double(statistics.pagesFromMemory))
            pages[1].observe(total: Double(statistics.pagesFromFile))
        }
    }
}
