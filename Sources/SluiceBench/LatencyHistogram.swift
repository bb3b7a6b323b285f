internal import Histogram

/// Times in microseconds, from 1 to an hour, exact to a thousandth of each (an HDR histogram).
struct LatencyHistogram: Codable, Sendable {
    private static let maximum: UInt64 = 3_600_000_000
    private var histogram = Histogram<UInt64>(highestTrackableValue: maximum, numberOfSignificantValueDigits: .three)

    mutating func record(nanoseconds: UInt64) {
        histogram.record(min(max(1, nanoseconds / 1000), Self.maximum))
    }

    mutating func add(_ other: LatencyHistogram) { histogram.add(other.histogram) }

    var summary: LatencySummary? {
        guard histogram.totalCount > 0 else { return nil }
        func milliseconds(_ percentile: Double) -> Double {
            Double(histogram.valueAtPercentile(percentile)) / 1000
        }
        return LatencySummary(
            p50: milliseconds(50), p90: milliseconds(90), p99: milliseconds(99), p999: milliseconds(99.9),
            max: Double(histogram.max) / 1000)
    }
}

/// In milliseconds.
package struct LatencySummary: Codable, Sendable, Hashable {
    package var p50: Double
    package var p90: Double
    package var p99: Double
    package var p999: Double
    package var max: Double
}
