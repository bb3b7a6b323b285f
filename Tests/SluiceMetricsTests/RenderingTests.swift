import CoreMetrics
import SluiceMetrics
import Testing

@Suite("Rendering")
struct RenderingTests {
    /// What the registry says about itself, which sorts behind names up to `sluice_l`.
    private static let own = """
        # HELP sluice_metrics_dropped_series_total Metrics refused: too many series, or a name in use by another kind \
        of metric.
        # TYPE sluice_metrics_dropped_series_total counter
        sluice_metrics_dropped_series_total 0

        """

    @Test("an empty registry renders its own counter alone")
    func empty() {
        #expect(PrometheusRegistry().render() == Self.own)
    }

    @Test("families are sorted by name, series by labels, and labels by their name")
    func order() {
        let registry = PrometheusRegistry(descriptions: ["requests": "Requests served.", "a_gauge": "A gauge."])
        Counter(label: "requests", dimensions: [("wire", "sse"), ("code", "200")], factory: registry).increment(by: 3)
        Counter(label: "requests", dimensions: [("code", "101"), ("wire", "ws")], factory: registry).increment()
        Counter(label: "requests", factory: registry).increment(by: 40)
        Gauge(label: "a_gauge", factory: registry).record(-2.5)
        #expect(
            registry.render() == """
                # HELP a_gauge A gauge.
                # TYPE a_gauge gauge
                a_gauge -2.5
                # HELP requests_total Requests served.
                # TYPE requests_total counter
                requests_total 40
                requests_total{code="101",wire="ws"} 1
                requests_total{code="200",wire="sse"} 3

                """ + Self.own)
    }

    @Test("a timer is a histogram of seconds")
    func timer() {
        let registry = PrometheusRegistry()
        let timer = Timer(label: "delay_seconds", dimensions: [("wire", "sse")], factory: registry)
        timer.recordMicroseconds(50)
        timer.recordMilliseconds(250)
        timer.recordSeconds(11)
        #expect(
            registry.render() == """
                # TYPE delay_seconds histogram
                delay_seconds_bucket{wire="sse",le="5e-05"} 1
                delay_seconds_bucket{wire="sse",le="0.0001"} 1
                delay_seconds_bucket{wire="sse",le="0.00025"} 1
                delay_seconds_bucket{wire="sse",le="0.0005"} 1
                delay_seconds_bucket{wire="sse",le="0.001"} 1
                delay_seconds_bucket{wire="sse",le="0.0025"} 1
                delay_seconds_bucket{wire="sse",le="0.005"} 1
                delay_seconds_bucket{wire="sse",le="0.01"} 1
                delay_seconds_bucket{wire="sse",le="0.025"} 1
                delay_seconds_bucket{wire="sse",le="0.05"} 1
                delay_seconds_bucket{wire="sse",le="0.1"} 1
                delay_seconds_bucket{wire="sse",le="0.25"} 2
                delay_seconds_bucket{wire="sse",le="0.5"} 2
                delay_seconds_bucket{wire="sse",le="1"} 2
                delay_seconds_bucket{wire="sse",le="2.5"} 2
                delay_seconds_bucket{wire="sse",le="5"} 2
                delay_seconds_bucket{wire="sse",le="10"} 2
                delay_seconds_bucket{wire="sse",le="+Inf"} 3
                delay_seconds_sum{wire="sse"} 11.25005
                delay_seconds_count{wire="sse"} 3

                """ + Self.own)
    }

    @Test("an aggregating recorder without dimensions has no braces but those of its buckets")
    func recorder() {
        let registry = PrometheusRegistry()
        Recorder(label: "batch", factory: registry).record(20)
        #expect(
            registry.render() == """
                # TYPE batch histogram
                batch_bucket{le="1"} 0
                batch_bucket{le="4"} 0
                batch_bucket{le="16"} 0
                batch_bucket{le="64"} 1
                batch_bucket{le="256"} 1
                batch_bucket{le="1024"} 1
                batch_bucket{le="4096"} 1
                batch_bucket{le="16384"} 1
                batch_bucket{le="65536"} 1
                batch_bucket{le="262144"} 1
                batch_bucket{le="1048576"} 1
                batch_bucket{le="4194304"} 1
                batch_bucket{le="16777216"} 1
                batch_bucket{le="67108864"} 1
                batch_bucket{le="268435456"} 1
                batch_bucket{le="1073741824"} 1
                batch_bucket{le="4294967296"} 1
                batch_bucket{le="+Inf"} 1
                batch_sum 20
                batch_count 1

                """ + Self.own)
    }

    @Test(
        "a value is rendered as the format spells it",
        arguments: [
            (0, "0"), (-0.0, "0"), (1, "1"), (-17, "-17"), (0.1, "0.1"), (1e-9, "1e-09"), (1e15, "1000000000000000"),
            (1e21, "1e+21"), (.nan, "NaN"), (.infinity, "+Inf"), (-.infinity, "-Inf"),
        ] as [(Double, String)])
    func values(_ value: Double, _ text: String) {
        let registry = PrometheusRegistry()
        Gauge(label: "g", factory: registry).record(value)
        #expect(registry.render() == "# TYPE g gauge\ng \(text)\n" + Self.own)
    }

    @Test(
        "a label's value is escaped",
        arguments: [
            ("plain", "plain"), ("", ""), ("say \"hi\"", #"say \"hi\""#), (#"C:\n"#, #"C:\\n"#), ("a\nb", #"a\nb"#),
            ("a\r\nb", "a\r\\nb"), ("grüße 🦙", "grüße 🦙"), ("{a=\"b\"}", #"{a=\"b\"}"#),
        ])
    func labelValues(_ value: String, _ escaped: String) {
        let registry = PrometheusRegistry()
        Gauge(label: "g", dimensions: [("l", value)], factory: registry).record(1)
        #expect(registry.render() == "# TYPE g gauge\ng{l=\"\(escaped)\"} 1\n" + Self.own)
    }

    @Test("a description is escaped, and keeps its quotes")
    func help() {
        let registry = PrometheusRegistry(descriptions: ["g": "a \"quote\", a \\ and\na line"])
        Gauge(label: "g", factory: registry).record(1)
        #expect(registry.render() == "# HELP g a \"quote\", a \\\\ and\\na line\n# TYPE g gauge\ng 1\n" + Self.own)
    }

    @Test("a description is found by the label or by the rendered name")
    func helpKeys() {
        let registry = PrometheusRegistry(descriptions: ["by.label": "one", "by_name_total": "two"])
        Counter(label: "by.label", factory: registry).increment()
        Counter(label: "by.name", factory: registry).increment()
        let text = registry.render()
        #expect(text.contains("# HELP by_label_total one\n"))
        #expect(text.contains("# HELP by_name_total two\n"))
    }

    @Test(
        "a name becomes one that the format allows",
        arguments: [
            ("http.requests", "http_requests"), ("a:b", "a:b"), ("9lives", "_9lives"), ("", "_"),
            ("naïve-x", "na_ve_x"), ("_", "_"), ("a b\n", "a_b_"),
        ])
    func names(_ label: String, _ name: String) {
        let registry = PrometheusRegistry()
        Gauge(label: label, factory: registry).record(1)
        #expect(registry.render().contains("# TYPE \(name) gauge\n\(name) 1\n"))
    }

    @Test(
        "a dimension's name becomes one that the format allows",
        arguments: [
            ("status.code", "status_code"), ("a:b", "a_b"), ("0", "_0"), ("", "_"), ("__name__", "exported___name__"),
            ("le", "le"),
        ])
    func labelNames(_ dimension: String, _ name: String) {
        let registry = PrometheusRegistry()
        Gauge(label: "g", dimensions: [(dimension, "v")], factory: registry).record(1)
        #expect(registry.render().contains("\ng{\(name)=\"v\"} 1\n"))
    }

    @Test("a histogram's dimension cannot pass for its bound")
    func histogramLabel() throws {
        let registry = PrometheusRegistry()
        Timer(label: "t", dimensions: [("le", "mine")], factory: registry).recordSeconds(1)
        let exposition = try Exposition(parsing: registry.render())
        #expect(exposition.value("t_bucket", ["exported_le": "mine", "le": "+Inf"]) == 1)
    }

    @Test("a counter that is named _total already is not named so twice")
    func totalSuffix() {
        let registry = PrometheusRegistry()
        Counter(label: "c_total", factory: registry).increment()
        #expect(registry.render().hasPrefix("# TYPE c_total counter\nc_total 1\n"))
    }

    @Test("what is collected on render is in that render, in the order it was added")
    func collectors() throws {
        let registry = PrometheusRegistry()
        registry.onRender { [weak registry] in
            guard let registry else { return }
            Meter(label: "m", factory: registry).set(1)
        }
        registry.onRender { [weak registry] in
            guard let registry else { return }
            Meter(label: "m", factory: registry).increment(by: 0.5)
        }
        let evicted = registry.makeObservedCounter(label: "evicted", dimensions: [("log", "memory")])
        registry.onRender { evicted.observe(total: 12) }
        for _ in 0..<2 {
            let exposition = try Exposition(parsing: registry.render())
            #expect(exposition.value("m") == 1.5)
            #expect(exposition.value("evicted_total", ["log": "memory"]) == 12)
        }
    }

    @Test("rendering into a text appends to it")
    func append() {
        let registry = PrometheusRegistry()
        var text = "before\n"
        registry.render(into: &text)
        #expect(text == "before\n" + Self.own)
    }
}
