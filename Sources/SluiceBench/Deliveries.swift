/// What came to subscribers, and how their connections fared.
struct Deliveries: Codable, Sendable {
    var counts = Counts()
    /// Bytes of bodies and messages, of readers that are not slow.
    var bytes = 0
    var missed = 0
    var late = 0
    var duplicates = 0
    var slowDelivered = 0
    var latency = LatencyHistogram()
    /// From the first byte of a connection to the server's agreement.
    var handshake = LatencyHistogram()

    /// What is looked at while a benchmark runs.
    struct Counts: Codable, Sendable {
        var connected = 0
        var failed = 0
        var firstFailure: String?
        /// Connections that ended by themselves.
        var lost = 0
        var reconnected = 0
        var warmUps = 0
        var delivered = 0
        /// How many subscribers that count each topic has.
        var ofTopic: [Int] = []
    }
}

extension Deliveries.Counts {
    mutating func add(_ other: Deliveries.Counts) {
        connected += other.connected
        failed += other.failed
        firstFailure = firstFailure ?? other.firstFailure
        lost += other.lost
        reconnected += other.reconnected
        warmUps += other.warmUps
        delivered += other.delivered
        if ofTopic.isEmpty { ofTopic = other.ofTopic } else { ofTopic = zip(ofTopic, other.ofTopic).map(+) }
    }
}

extension Deliveries {
    mutating func add(_ other: Deliveries) {
        counts.add(other.counts)
        bytes += other.bytes
        missed += other.missed
        late += other.late
        duplicates += other.duplicates
        slowDelivered += other.slowDelivered
        latency.add(other.latency)
        handshake.add(other.handshake)
    }
}
