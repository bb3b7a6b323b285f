package import CoreMetrics

extension PrometheusRegistry: MetricsFactory {
    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        register(label, dimensions, kind: .counter) { CounterSeries($0) } ?? NOOPMetricsHandler.instance
    }

    package func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        register(label, dimensions, kind: .counter) { FloatingCounterSeries($0) } ?? NOOPMetricsHandler.instance
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        register(label, dimensions, kind: .gauge) { GaugeSeries($0) } ?? NOOPMetricsHandler.instance
    }

    package func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        guard aggregate else {
            return register(label, dimensions, kind: .gauge) { GaugeSeries($0) } ?? NOOPMetricsHandler.instance
        }
        return register(label, dimensions, kind: .distribution) { HistogramSeries($0, bounds: .magnitudes) }
            ?? NOOPMetricsHandler.instance
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        register(label, dimensions, kind: .duration) { HistogramSeries($0, bounds: .seconds) }
            ?? NOOPMetricsHandler.instance
    }

    /// A counter whose total is kept elsewhere; to be told it from a closure given to `onRender`.
    package func makeObservedCounter(label: String, dimensions: [(String, String)] = []) -> ObservedCounter {
        register(label, dimensions, kind: .counter) { ObservedCounter($0) }
            ?? ObservedCounter(SeriesIdentity(label: label, dimensions: dimensions, kind: .counter))
    }

    package func destroyCounter(_ handler: any CounterHandler) { remove(handler) }

    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { remove(handler) }

    package func destroyMeter(_ handler: any MeterHandler) { remove(handler) }

    package func destroyRecorder(_ handler: any RecorderHandler) { remove(handler) }

    package func destroyTimer(_ handler: any TimerHandler) { remove(handler) }
}
