import CoreMetrics
import SluiceMetrics
import Testing

@Suite("Many threads")
struct ConcurrencyTests {
    private static let workers = 8
    private static let rounds = 5_000

    private let registry = PrometheusRegistry()

    @Test("no record is lost when all of them make and use the same handlers at once")
    func records() async throws {
        let registry = registry
        await withTaskGroup(of: Void.self) { group in
            for worker in 0..<Self.workers {
                group.addTask {
                    let counter = Counter(label: "c", factory: registry)
                    let floating = FloatingPointCounter(label: "f", factory: registry)
                    let meter = Meter(label: "m", factory: registry)
                    let recorder = Recorder(label: "r", factory: registry)
                    let timer = Timer(label: "t", factory: registry)
                    for _ in 0..<Self.rounds {
                        counter.increment()
                        floating.increment(by: 0.5)
                        if worker.isMultiple(of: 2) { meter.increment(by: 2) } else { meter.decrement(by: 1) }
                        recorder.record(worker + 1)
                        timer.recordSeconds(worker)
                    }
                }
            }
        }
        let exposition = try Exposition(parsing: registry.render())
        let records = Double(Self.workers * Self.rounds)
        let rounds = Double(Self.rounds)
        #expect(exposition.value("c_total") == records)
        #expect(exposition.value("f_total") == records / 2)
        #expect(exposition.value("m") == rounds * 4)
        #expect(exposition.value("r_count") == records)
        #expect(exposition.value("r_sum") == rounds * 36)
        #expect(exposition.value("r_bucket", ["le": "1"]) == rounds)
        #expect(exposition.value("r_bucket", ["le": "4"]) == rounds * 4)
        #expect(exposition.value("r_bucket", ["le": "16"]) == records)
        #expect(exposition.value("t_count") == records)
        #expect(exposition.value("t_sum") == rounds * 28)
    }

    @Test("every render is whole while series come, are recorded to and go")
    func renderMeanwhile() async throws {
        let registry = registry
        let renders = try await withThrowingTaskGroup(of: Int.self) { group in
            for worker in 0..<Self.workers {
                group.addTask {
                    for round in 0..<200 {
                        let dimensions = [("worker", "\(worker)"), ("round", "\(round % 7)")]
                        let timer = Timer(label: "t", dimensions: dimensions, factory: registry)
                        timer.recordMilliseconds(round)
                        Counter(label: "c", dimensions: dimensions, factory: registry).increment()
                        if round.isMultiple(of: 3) { timer.destroy() }
                    }
                    return 0
                }
            }
            group.addTask {
                for _ in 0..<20 { _ = try Exposition(parsing: registry.render()) }
                return 20
            }
            return try await group.reduce(0, +)
        }
        #expect(renders == 20)
        let exposition = try Exposition(parsing: registry.render())
        let total = try #require(exposition.family("c_total")).samples.reduce(0) { $0 + $1.value }
        #expect(total == Double(Self.workers * 200))
    }

    @Test("no more series than may be are made when all of them ask at once")
    func cap() async throws {
        let registry = PrometheusRegistry(maximumSeries: 100)
        await withTaskGroup(of: Void.self) { group in
            for worker in 0..<Self.workers {
                group.addTask {
                    for index in 0..<50 {
                        Counter(label: "c", dimensions: [("d", "\(worker)-\(index)")], factory: registry).increment()
                    }
                }
            }
        }
        let exposition = try Exposition(parsing: registry.render())
        #expect(exposition.family("c_total")?.samples.count == 100)
        #expect(exposition.value("sluice_metrics_dropped_series_total") == 300)
    }
}
