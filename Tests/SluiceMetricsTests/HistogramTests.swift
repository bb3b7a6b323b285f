import CoreMetrics
import SluiceMetrics
import SluiceTestSupport
import Testing

@Suite("Histograms")
struct HistogramTests {
    private let registry = PrometheusRegistry()

    /// The bounds and cumulative counts of a histogram without dimensions.
    private func buckets(of name: String) throws -> [(bound: String, count: Double)] {
        let family = try #require(try Exposition(parsing: registry.render()).family(name))
        return family.samples.compactMap { sample in sample.labels["le"].map { ($0, sample.value) } }
    }

    /// The bound of the one bucket that a single value was counted in.
    private func bound(of name: String) throws -> String? {
        try buckets(of: name).first { $0.count == 1 }?.bound
    }

    @Test(
        "a duration on a bound belongs to it, and one nanosecond more to the next",
        arguments: [
            (0, "5e-05"), (1, "5e-05"), (50_000, "5e-05"), (50_001, "0.0001"), (100_000, "0.0001"),
            (100_001, "0.00025"), (250_000, "0.00025"), (250_001, "0.0005"), (500_000, "0.0005"), (500_001, "0.001"),
            (1_000_000, "0.001"), (1_000_001, "0.0025"), (2_500_000, "0.0025"), (2_500_001, "0.005"),
            (5_000_000, "0.005"), (5_000_001, "0.01"), (10_000_000, "0.01"), (10_000_001, "0.025"),
            (25_000_000, "0.025"), (25_000_001, "0.05"), (50_000_000, "0.05"), (50_000_001, "0.1"),
            (100_000_000, "0.1"), (100_000_001, "0.25"), (250_000_000, "0.25"), (250_000_001, "0.5"),
            (500_000_000, "0.5"), (500_000_001, "1"), (1_000_000_000, "1"), (1_000_000_001, "2.5"),
            (2_500_000_000, "2.5"), (2_500_000_001, "5"), (5_000_000_000, "5"), (5_000_000_001, "10"),
            (10_000_000_000, "10"), (10_000_000_001, "+Inf"), (.max, "+Inf"),
        ] as [(Int64, String)])
    func durationBounds(_ nanoseconds: Int64, _ bound: String) throws {
        Timer(label: "t", factory: registry).recordNanoseconds(nanoseconds)
        #expect(try self.bound(of: "t") == bound)
    }

    @Test(
        "a value on a bound belongs to it, and the next larger number to the next",
        arguments: [
            (-5, "1"), (0, "1"), (1, "1"), (1.0.nextUp, "4"), (4, "4"), (4.0.nextUp, "16"), (1_048_576, "1048576"),
            (1_048_577, "4194304"), (4_294_967_296, "4294967296"), (4_294_967_297, "+Inf"),
        ] as [(Double, String)])
    func valueBounds(_ value: Double, _ bound: String) throws {
        Recorder(label: "r", factory: registry).record(value)
        #expect(try self.bound(of: "r") == bound)
    }

    @Test("sum and count are those of the values")
    func sumAndCount() throws {
        let recorder = Recorder(label: "r", factory: registry)
        for value in [1, 2, 3, 100, 1_000_000] { recorder.record(value) }
        recorder.record(0.5)
        let timer = Timer(label: "t", factory: registry)
        for milliseconds in [1, 20, 300] { timer.recordMilliseconds(milliseconds) }
        let exposition = try Exposition(parsing: registry.render())
        #expect(exposition.value("r_sum") == 1_000_106.5)
        #expect(exposition.value("r_count") == 6)
        #expect(exposition.value("t_sum") == 0.001 + 0.02 + 0.3)
        #expect(exposition.value("t_count") == 3)
    }

    @Test("a negative duration counts as none at all")
    func negativeDuration() throws {
        Timer(label: "t", factory: registry).recordNanoseconds(-1_000_000_000)
        let exposition = try Exposition(parsing: registry.render())
        #expect(exposition.value("t_sum") == 0)
        #expect(exposition.value("t_bucket", ["le": "5e-05"]) == 1)
    }

    @Test("what is not a number or not finite is left out", arguments: [Double.nan, .infinity, -.infinity])
    func notFinite(_ value: Double) throws {
        let recorder = Recorder(label: "r", factory: registry)
        recorder.record(value)
        recorder.record(2)
        let exposition = try Exposition(parsing: registry.render())
        #expect(exposition.value("r_sum") == 2)
        #expect(exposition.value("r_count") == 1)
    }

    @Test("each bucket holds those below it too", arguments: 0..<20 as Range<UInt64>)
    func cumulative(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let recorder = Recorder(label: "r", factory: registry)
        let values = (0..<500).map { _ in
            let exponent = Int.random(in: 0..<36, using: &random)
            return Double(sign: .plus, exponent: exponent, significand: Double.random(in: 0..<1, using: &random))
        }
        for value in values { recorder.record(value) }
        for (bound, count) in try buckets(of: "r") {
            let limit = bound == "+Inf" ? .infinity : try #require(Double(bound))
            #expect(count == Double(values.count { $0 <= limit }), "seed \(seed), bound \(bound)")
        }
    }
}
