/// What a benchmark measured. Its JSON is for machines.
package struct BenchmarkReport: Codable, Sendable {
    package var subscribers: Subscribers
    package var published: Publishes?
    package var delivered: Delivered?
    /// With a process id.
    package var server: Server?
    /// CPU seconds of this program and its helpers, while events were published.
    package var clientCPUSeconds: Double

    package struct Subscribers: Codable, Sendable {
        package var wanted: Int
        package var connected: Int
        package var failed: Int
        /// Connections that ended by themselves.
        package var lost: Int
        package var reconnected: Int
        package var firstFailure: String?
        package var seconds: Double
        package var perSecond: Double
        /// From a connection's first byte to the server's agreement, in milliseconds.
        package var handshake: LatencySummary?
    }

    package struct Publishes: Codable, Sendable {
        package var wanted: Int
        package var accepted: Int
        package var refused: Int
        package var firstRefusal: String?
        package var seconds: Double
        package var perSecond: Double
        /// From when an event was due to the server's answer, in milliseconds.
        package var latency: LatencySummary?
    }

    package struct Delivered: Codable, Sendable {
        /// Nil when connections were replaced meanwhile, so that it cannot be known.
        package var expected: Int?
        package var count: Int
        /// Of numbers that were left out, those that never came.
        package var missed: Int
        /// Those that came later than what follows them.
        package var late: Int
        package var duplicates: Int
        package var seconds: Double
        package var perSecond: Double
        package var bytesEach: Double
        /// From when an event was due to its arrival, in milliseconds.
        package var latency: LatencySummary?
        /// What came to those who read slowly.
        package var toSlowReaders: Int
    }

    package struct Server: Codable, Sendable {
        /// Microseconds.
        package var cpuPerConnection: Double?
        package var cpuPerDelivery: Double?
        package var cpuPerPublish: Double?
        package var cpuSeconds: Double
        /// Anonymous resident memory, in bytes, and what each of the idle subscribers added to it.
        package var bytesBefore: Int
        package var bytesIdle: Int
        package var bytesAfter: Int
        package var bytesPerSubscriber: Double?
    }

    /// What went wrong, each as a sentence.
    package var problems: [String] {
        var problems: [String] = []
        if subscribers.failed > 0 {
            problems.append(
                "\(subscribers.failed) subscribers were not connected: \(subscribers.firstFailure ?? "no reason")")
        }
        if subscribers.lost > 0 {
            problems.append("\(subscribers.lost) connections ended: \(subscribers.firstFailure ?? "no reason")")
        }
        if let published, published.refused > 0 {
            problems.append("\(published.refused) publishes were refused: \(published.firstRefusal ?? "no reason")")
        }
        guard let delivered else { return problems }
        if let expected = delivered.expected, delivered.count < expected {
            problems.append("\(expected - delivered.count) deliveries did not come")
        }
        if delivered.missed > 0 { problems.append("\(delivered.missed) events were left out") }
        if delivered.late > 0 { problems.append("\(delivered.late) events came out of order") }
        if delivered.duplicates > 0 { problems.append("\(delivered.duplicates) events came twice") }
        return problems
    }
}
