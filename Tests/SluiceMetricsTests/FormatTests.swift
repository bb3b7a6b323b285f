import CoreMetrics
import SluiceMetrics
import SluiceTestSupport
import Testing

@Suite("The format")
struct FormatTests {
    @Test("whatever the labels, dimensions and values, the output is valid", arguments: 0..<60 as Range<UInt64>)
    func anything(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let registry = PrometheusRegistry(maximumSeries: 500)
        for _ in 0..<150 {
            let label = random.text(upTo: 3) + random.pick(from: ["", "_total", "_sum", "_bucket", "_count"])
            let dimensions = (0..<Int.random(in: 0...3, using: &random)).map { _ in
                (random.pick(from: ["le", "__name__", "a", "ä"]), random.text(upTo: 6))
            }
            let value = random.pick(
                from: [0, 1, -1, 0.1, 1e300, .leastNonzeroMagnitude, .nan, .infinity, -.infinity])
            let isDestroyed = Int.random(in: 0..<5, using: &random) == 0
            switch Int.random(in: 0..<7, using: &random) {
            case 0:
                let counter = Counter(label: label, dimensions: dimensions, factory: registry)
                counter.increment(by: Int64.random(in: .min ... .max, using: &random))
                if isDestroyed { counter.destroy() }
            case 1:
                let counter = FloatingPointCounter(label: label, dimensions: dimensions, factory: registry)
                counter.increment(by: value)
                if isDestroyed { counter.destroy() }
            case 2:
                let meter = Meter(label: label, dimensions: dimensions, factory: registry)
                meter.increment(by: value)
                if isDestroyed { meter.destroy() }
            case 3:
                let gauge = Gauge(label: label, dimensions: dimensions, factory: registry)
                gauge.record(value)
                if isDestroyed { gauge.destroy() }
            case 4:
                let recorder = Recorder(label: label, dimensions: dimensions, factory: registry)
                recorder.record(value)
                if isDestroyed { recorder.destroy() }
            case 5:
                let timer = Timer(label: label, dimensions: dimensions, factory: registry)
                timer.recordNanoseconds(Int64.random(in: .min ... .max, using: &random))
                if isDestroyed { timer.destroy() }
            default:
                registry.makeObservedCounter(label: label, dimensions: dimensions).observe(total: value.magnitude)
            }
        }
        let text = registry.render()
        do {
            let exposition = try Exposition(parsing: text)
            #expect(exposition.families.map(\.samples.count).reduce(0, +) <= 501, "seed \(seed)")
        } catch {
            Issue.record("seed \(seed): \(error)")
        }
        #expect(registry.render() == text, "seed \(seed)")
    }

    @Test("a label's value and a description come back as they were given", arguments: 0..<60 as Range<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let value = random.text(upTo: 40)
        let help = random.text(upTo: 40)
        let registry = PrometheusRegistry(descriptions: ["g": help])
        Gauge(label: "g", dimensions: [("l", value)], factory: registry).record(1)
        let family = try #require(try Exposition(parsing: registry.render()).family("g"))
        let label = try #require(family.samples.first?.labels["l"])
        // By bytes, since texts of other bytes can be equal as Unicode.
        #expect(family.help.map { Array($0.utf8) } == Array(help.utf8), "seed \(seed)")
        #expect(Array(label.utf8) == Array(value.utf8), "seed \(seed)")
    }

    @Test(
        "the parser of these tests refuses what it should",
        arguments: [
            "", "g 1\n", "# TYPE g gauge\ng 1", "# TYPE g gauge\n", "# TYPE g gauge\ng 1\ng 2\n",
            "# TYPE g gauge\n\ng 1\n", "# TYPE g gauge\nh 1\n", "# TYPE g gauge\ng  1\n", "# TYPE g gauge\ng one\n",
            "# TYPE g gauge\ng inf\n", "# TYPE g gauge\ng{} 1\n", "# TYPE g gauge\ng{a=\"1\",a=\"2\"} 1\n",
            "# TYPE g gauge\ng{a=\"1\",} 1\n", "# TYPE g gauge\ng{a=\"\\t\"} 1\n", "# TYPE g gauge\ng{a=\"1} 1\n",
            "# TYPE g gauge\ng{__a=\"1\"} 1\n", "# TYPE g gauge\ng{a=\"1\ng\"} 1\n", "# TYPE g-h gauge\ng-h 1\n",
            "# TYPE b gauge\nb 1\n# TYPE a gauge\na 1\n", "# TYPE a gauge\na 1\n# TYPE a gauge\na 1\n",
            "# HELP a text\na 1\n", "# HELP a text\n# TYPE b gauge\nb 1\n", "# TYPE c counter\nc 1\n",
            "# TYPE c_total counter\nc_total -1\n", "# TYPE h histogram\nh_sum 1\nh_count 1\n",
            "# TYPE h histogram\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 2\n",
            "# TYPE h histogram\nh_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 1\n",
            "# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_sum 1\nh_count 1\n",
            "# TYPE h histogram\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 1\n# TYPE h_sum gauge\nh_sum 1\n",
        ])
    func strictness(_ text: String) {
        #expect(throws: Exposition.Violation.self) { try Exposition(parsing: text) }
    }
}

extension SplitMix64 {
    fileprivate mutating func pick<Element>(from elements: [Element]) -> Element {
        elements[Int.random(in: elements.indices, using: &self)]
    }

    /// A short text of the characters that break a format that is not careful.
    fileprivate mutating func text(upTo length: Int) -> String {
        let alphabet: [Unicode.Scalar] = [
            "a", "b", "Z", "0", "9", "_", ":", ".", "-", " ", "\"", "\\", "\n", "\r", "\t", "{", "}", "=", ",", "#",
            "ä", "\u{301}", "🦙", "\0", "\u{2028}",
        ]
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...length, using: &self) {
            text.append(pick(from: alphabet))
        }
        return String(text)
    }
}
