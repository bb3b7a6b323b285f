package import CoreMetrics
internal import NIOCore
internal import SluiceLog
internal import SluiceTopics
internal import Synchronization

/// What the connection core counts.
package final class Instruments: Sendable {
    private let factory: any MetricsFactory
    private let refusals = Mutex<[String: Counter]>([:])
    private let publishLatency: Timer
    private let publishedEvents: Counter
    private let publishedBytes: Counter
    let acceptedConnections: Counter

    package init(factory: any MetricsFactory) {
        self.factory = factory
        publishLatency = Timer(label: "sluice_publish_seconds", dimensions: [], factory: factory)
        publishedEvents = Counter(label: "sluice_published_events_total", factory: factory)
        publishedBytes = Counter(label: "sluice_published_bytes_total", factory: factory)
        acceptedConnections = Counter(label: "sluice_accepted_connections_total", factory: factory)
    }

    func published(_ publications: [Publication], taking time: Duration) {
        publishLatency.recordNanoseconds(Int64(time / .nanoseconds(1)))
        publishedEvents.increment(by: Int64(publications.count))
        publishedBytes.increment(by: Int64(publications.reduce(0) { $0 + $1.payload.data.readableBytes }))
    }

    /// - Parameter reason: a problem's type: one of a fixed set, never text from outside.
    package func refused(_ reason: String) {
        let counter = refusals.withLock { refusals in
            if let counter = refusals[reason] { return counter }
            let counter = Counter(
                label: "sluice_refused_total", dimensions: [("reason", reason)], factory: factory)
            refusals[reason] = counter
            return counter
        }
        counter.increment()
    }
}
