import Glibc
import SluiceMetrics
import Testing

@Suite("Process statistics")
struct ProcessStatisticsTests {
    @Test("the facts of this process are plausible")
    func plausible() throws {
        let statistics = try #require(ProcessStatistics.current())
        #expect(statistics.residentBytes > 1 << 20)
        #expect(statistics.residentBytes < statistics.virtualBytes)
        #expect(statistics.openDescriptors >= 3)
        #expect(statistics.openDescriptors <= statistics.descriptorLimit ?? .max)
        #expect(statistics.cpuSeconds > 0)
        // Later than this was written, and not in the future.
        #expect(statistics.startTime > 1_735_689_600)
        #expect(statistics.startTime <= Double(time(nil)) + 1)
    }

    @Test("open descriptors are counted")
    func descriptors() throws {
        // Other tests open and close descriptors of this process at the same time, so only these are sure.
        let opened = (0..<100).map { _ in open("/dev/null", O_RDONLY) }
        defer { for descriptor in opened where descriptor >= 0 { close(descriptor) } }
        #expect(opened.allSatisfy { $0 >= 0 })
        #expect(try #require(ProcessStatistics.current()).openDescriptors >= 100)
    }

    @Test("they are rendered under the conventional names, and read anew for each render")
    func rendered() throws {
        let registry = PrometheusRegistry()
        registry.collectProcessStatistics()
        let first = try Exposition(parsing: registry.render())
        #expect(
            first.families.map { "\($0.name) \($0.type)" } == [
                "process_cpu_seconds_total counter", "process_max_fds gauge", "process_open_fds gauge",
                "process_resident_memory_bytes gauge", "process_start_time_seconds gauge",
                "process_virtual_memory_bytes gauge", "sluice_metrics_dropped_series_total counter",
            ])
        for family in first.families where family.name.hasPrefix("process_") {
            #expect(try #require(family.samples.first).value > 0, "\(family.name)")
        }

        let cpu = try #require(first.value("process_cpu_seconds_total"))
        var second = first
        while second.value("process_cpu_seconds_total") == cpu { second = try Exposition(parsing: registry.render()) }
        #expect(try #require(second.value("process_cpu_seconds_total")) > cpu)
        #expect(second.value("process_start_time_seconds") == first.value("process_start_time_seconds"))
    }

    @Test("the fields are found behind any name of an executable")
    func statFields() throws {
        for name in ["sluice", "a b", "a) R 1 (b", ")", ""] {
            let fields = "S 1 7 7 0 -1 4194560 9 0 0 0 5 6 0 0 20 0 4 0 12345 67108864 512 18446744073709551615 1"
            let stat = try #require(ProcessStat(text: "7 (\(name)) \(fields)\n"))
            #expect(stat.startTicks == 12_345)
            #expect(stat.virtualBytes == 67_108_864)
            #expect(stat.residentPages == 512)
        }
    }

    @Test(
        "a text that is not that of a process is refused",
        arguments: [
            "", "7", "7 (sluice)", "7 (sluice) S 1 7 7",
            "7 (sluice S 1 7 7 0 -1 4194560 9 0 0 0 5 6 0 0 20 0 4 0 1 2 3 4",
            "7 (sluice) S 1 7 7 0 -1 4194560 9 0 0 0 5 6 0 0 20 0 4 0 x 67108864 512 1",
            "7 (sluice) S 1 7 7 0 -1 4194560 9 0 0 0 5 6 0 0 20 0 4 0 12345 67108864",
        ])
    func statRefused(_ text: String) {
        #expect(ProcessStat(text: text) == nil)
    }
}
