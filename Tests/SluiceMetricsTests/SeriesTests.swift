import CoreMetrics
import SluiceMetrics
import Testing

@Suite("Series")
struct SeriesTests {
    private let registry = PrometheusRegistry()

    private func dropped(_ registry: PrometheusRegistry) throws -> Double? {
        try Exposition(parsing: registry.render()).value("sluice_metrics_dropped_series_total")
    }

    @Test("the same label and dimensions, in any order, give the same handler")
    func sameHandler() {
        let dimensions = [("a", "1"), ("b", "2")]
        let reversed = [("b", "2"), ("a", "1")]
        #expect(
            registry.makeCounter(label: "c", dimensions: dimensions)
                === registry.makeCounter(label: "c", dimensions: reversed))
        #expect(
            registry.makeFloatingPointCounter(label: "f", dimensions: dimensions)
                === registry.makeFloatingPointCounter(label: "f", dimensions: reversed))
        #expect(
            registry.makeTimer(label: "t", dimensions: dimensions)
                === registry.makeTimer(label: "t", dimensions: reversed))
        #expect(
            registry.makeRecorder(label: "r", dimensions: dimensions, aggregate: true)
                === registry.makeRecorder(label: "r", dimensions: reversed, aggregate: true))
        #expect(
            registry.makeMeter(label: "m", dimensions: dimensions)
                === registry.makeMeter(label: "m", dimensions: reversed))
        #expect(
            registry.makeObservedCounter(label: "o", dimensions: dimensions)
                === registry.makeObservedCounter(label: "o", dimensions: reversed))
        #expect(
            registry.makeCounter(label: "c", dimensions: dimensions)
                !== registry.makeCounter(label: "c", dimensions: []))
    }

    @Test("labels that are rendered alike are one series")
    func mergedLabels() throws {
        Counter(label: "a.b", factory: registry).increment()
        Counter(label: "a-b", factory: registry).increment()
        #expect(try Exposition(parsing: registry.render()).value("a_b_total") == 2)
    }

    @Test("of a dimension that is given twice the last counts")
    func repeatedDimension() throws {
        Counter(label: "c", dimensions: [("d.e", "1"), ("d_e", "2")], factory: registry).increment()
        #expect(try Exposition(parsing: registry.render()).value("c_total", ["d_e": "2"]) == 1)
    }

    @Test("counters do not fall")
    func monotone() throws {
        let counter = Counter(label: "c", factory: registry)
        counter.increment(by: 5)
        counter.increment(by: -3)
        counter.increment(by: 0)
        let floating = FloatingPointCounter(label: "f", factory: registry)
        for amount in [0.5, -1, .nan, .infinity, -.infinity, 0, 1.25] { floating.increment(by: amount) }
        let exposition = try Exposition(parsing: registry.render())
        #expect(exposition.value("c_total") == 5)
        #expect(exposition.value("f_total") == 1.75)
    }

    @Test("an observed counter keeps its total when it is told what is none", arguments: [-1, .nan, .infinity])
    func observedTotals(_ total: Double) throws {
        let counter = registry.makeObservedCounter(label: "o")
        counter.observe(total: 4)
        counter.observe(total: total)
        #expect(try Exposition(parsing: registry.render()).value("o_total") == 4)
    }

    @Test("a counter past its largest number starts again")
    func wrap() throws {
        let counter = Counter(label: "c", factory: registry)
        counter.increment(by: Int64.max)
        counter.increment(by: Int64.max)
        #expect(registry.render().hasPrefix("# TYPE c_total counter\nc_total 18446744073709551614\n"))
        counter.increment(by: 3)
        #expect(try Exposition(parsing: registry.render()).value("c_total") == 1)
    }

    @Test("a reset counter is 0")
    func reset() throws {
        let counter = Counter(label: "c", factory: registry)
        counter.increment()
        counter.reset()
        let floating = FloatingPointCounter(label: "f", factory: registry)
        floating.increment(by: 1.5)
        floating.reset()
        let exposition = try Exposition(parsing: registry.render())
        #expect(exposition.value("c_total") == 0)
        #expect(exposition.value("f_total") == 0)
    }

    @Test("meters and gauges go up and down, and are one series under one name")
    func gauges() throws {
        let meter = Meter(label: "g", factory: registry)
        meter.set(10)
        meter.increment(by: 2.5)
        meter.decrement(by: 20)
        #expect(try Exposition(parsing: registry.render()).value("g") == -7.5)
        Gauge(label: "g", factory: registry).record(3)
        #expect(try Exposition(parsing: registry.render()).value("g") == 3)
    }

    @Test("destroying takes each kind out of the output")
    func destroy() {
        let before = registry.render()
        let counter = Counter(label: "c", factory: registry)
        let floating = FloatingPointCounter(label: "f", factory: registry)
        let meter = Meter(label: "m", factory: registry)
        let gauge = Gauge(label: "g", factory: registry)
        let recorder = Recorder(label: "r", factory: registry)
        let timer = Timer(label: "t", factory: registry)
        #expect(registry.render() != before)
        counter.destroy()
        floating.destroy()
        meter.destroy()
        gauge.destroy()
        recorder.destroy()
        timer.destroy()
        #expect(registry.render() == before)
        counter.increment()
        timer.recordSeconds(1)
        #expect(registry.render() == before)
    }

    @Test("destroying a series again leaves the one that took its place")
    func destroyTwice() throws {
        let first = Counter(label: "c", factory: registry)
        let sibling = Counter(label: "c", dimensions: [("a", "b")], factory: registry)
        sibling.increment()
        first.destroy()
        let second = Counter(label: "c", factory: registry)
        second.increment(by: 7)
        first.destroy()
        let exposition = try Exposition(parsing: registry.render())
        #expect(exposition.value("c_total") == 7)
        #expect(exposition.value("c_total", ["a": "b"]) == 1)
    }

    @Test("a name that is free again may be of another kind")
    func nameReuse() throws {
        Timer(label: "x", factory: registry).destroy()
        Gauge(label: "x_count", factory: registry).record(1)
        Gauge(label: "x", factory: registry).record(2)
        let exposition = try Exposition(parsing: registry.render())
        #expect(exposition.value("x_count") == 1)
        #expect(exposition.value("x") == 2)
        #expect(try dropped(registry) == 0)
    }

    @Test("a handler whose name is of another kind records nothing and is counted")
    func kindConflict() throws {
        Timer(label: "x", factory: registry).recordSeconds(1)
        Gauge(label: "x", factory: registry).record(9)
        Recorder(label: "x", factory: registry).record(9)
        Gauge(label: "x_count", factory: registry).record(9)
        Gauge(label: "y_bucket", factory: registry).record(5)
        Timer(label: "y", factory: registry).recordSeconds(1)
        Counter(label: "z", factory: registry).increment()
        FloatingPointCounter(label: "z", factory: registry).increment(by: 9)
        registry.makeObservedCounter(label: "z").observe(total: 9)
        let exposition = try Exposition(parsing: registry.render())
        #expect(exposition.value("x_count") == 1)
        #expect(exposition.value("y_bucket") == 5)
        #expect(exposition.value("z_total") == 1)
        #expect(try dropped(registry) == 6)
    }

    @Test("series past the most there may be are dropped and counted")
    func cap() throws {
        let registry = PrometheusRegistry(maximumSeries: 3)
        for room in 0..<5 {
            Counter(label: "c", dimensions: [("room", "\(room)")], factory: registry).increment()
        }
        #expect(try Exposition(parsing: registry.render()).family("c_total")?.samples.count == 3)
        #expect(try dropped(registry) == 2)

        Counter(label: "c", dimensions: [("room", "0")], factory: registry).increment()
        #expect(try Exposition(parsing: registry.render()).value("c_total", ["room": "0"]) == 2)
        #expect(try dropped(registry) == 2)
    }

    @Test("a destroyed series makes room for another")
    func capAfterDestroy() throws {
        let registry = PrometheusRegistry(maximumSeries: 1)
        for room in 0..<100 {
            let gauge = Gauge(label: "g", dimensions: [("room", "\(room)")], factory: registry)
            gauge.record(room)
            #expect(try Exposition(parsing: registry.render()).value("g", ["room": "\(room)"]) == Double(room))
            gauge.destroy()
        }
        #expect(try dropped(registry) == 0)
    }

    @Test("a histogram needs room for all of its lines", arguments: [(19, 0), (20, 1), (39, 1), (40, 2)])
    func histogramCap(_ maximum: Int, _ fit: Int) throws {
        let registry = PrometheusRegistry(maximumSeries: maximum)
        let empty = registry.render().split(separator: "\n").count
        for index in 0..<3 { Timer(label: "t\(index)", factory: registry).recordSeconds(1) }
        let lines = registry.render().split(separator: "\n").count
        // Each has a line for its type besides its series.
        #expect(lines - empty == fit * 21)
        #expect(try dropped(registry) == Double(3 - fit))
    }

    @Test("a registry with no room at all still works")
    func noRoom() throws {
        let registry = PrometheusRegistry(maximumSeries: 0)
        let counter = Counter(label: "c", factory: registry)
        counter.increment()
        counter.destroy()
        registry.collectProcessStatistics()
        let exposition = try Exposition(parsing: registry.render())
        #expect(exposition.families.map(\.name) == ["sluice_metrics_dropped_series_total"])
    }
}
