package import CoreMetrics
internal import Synchronization

/// What is measured of relayed generations, by upstream and key.
package final class RelayInstruments: Sendable {
    /// The instruments of one upstream and one key.
    struct Series: Sendable {
        let firstToken: Timer
        let tokenGap: Timer
        let duration: Timer
        let inputTokens: Counter
        let outputTokens: Counter
        let requests: Counter
    }

    private struct Labels: Hashable {
        let upstream: String
        let key: String
    }

    private let factory: any MetricsFactory
    private let series = Mutex<[Labels: Series]>([:])

    package init(factory: any MetricsFactory) {
        self.factory = factory
    }

    /// - Parameters:
    ///   - upstream: its name; one of those configured.
    ///   - key: the principal's name; one of those configured, or `anonymous`.
    func series(upstream: String, key: String) -> Series {
        series.withLock { series in
            let labels = Labels(upstream: upstream, key: key)
            if let known = series[labels] { return known }
            let made = makeSeries([("upstream", upstream), ("key", key)])
            series[labels] = made
            return made
        }
    }

    private func makeSeries(_ dimensions: [(String, String)]) -> Series {
        func timer(_ label: String) -> Timer { Timer(label: label, dimensions: dimensions, factory: factory) }
        func tokens(_ direction: String) -> Counter {
            Counter(
                label: "sluice_relay_tokens_total", dimensions: dimensions + [("direction", direction)],
                factory: factory)
        }
        return Series(
            firstToken: timer("sluice_relay_first_token_seconds"), tokenGap: timer("sluice_relay_token_gap_seconds"),
            duration: timer("sluice_relay_duration_seconds"), inputTokens: tokens("in"), outputTokens: tokens("out"),
            requests: Counter(label: "sluice_relay_requests_total", dimensions: dimensions, factory: factory))
    }
}
