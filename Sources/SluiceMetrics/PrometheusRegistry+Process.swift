internal import CoreMetrics

extension PrometheusRegistry {
    /// Renders the process statistics from now on, under the names that Prometheus' client libraries share: resident
    /// and virtual memory, open descriptors and their limit, CPU time and the start time. Does nothing where the
    /// system does not tell them. To be called once.
    package func collectProcessStatistics() {
        guard let first = ProcessStatistics.current() else { return }
        let residentMemory = gauge("process_resident_memory_bytes")
        let virtualMemory = gauge("process_virtual_memory_bytes")
        let openDescriptors = gauge("process_open_fds")
        let maximumDescriptors = gauge("process_max_fds")
        let cpuSeconds = makeObservedCounter(label: "process_cpu_seconds_total")
        // The time of the start does not change; read again, it would follow every correction of the wall clock.
        gauge("process_start_time_seconds").record(first.startTime)

        onRender {
            guard let statistics = ProcessStatistics.current() else { return }
            residentMemory.record(Int64(statistics.residentBytes))
            virtualMemory.record(Int64(statistics.virtualBytes))
            openDescriptors.record(Int64(statistics.openDescriptors))
            maximumDescriptors.record(statistics.descriptorLimit.map(Double.init) ?? .infinity)
            cpuSeconds.observe(total: statistics.cpuSeconds)
        }
    }

    private func gauge(_ label: String) -> any RecorderHandler {
        makeRecorder(label: label, dimensions: [], aggregate: false)
    }
}
