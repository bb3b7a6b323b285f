internal import Foundation

extension BenchmarkReport {
    /// For people: a line for each thing that was measured.
    package var table: String {
        var rows: [(String, String)] = []
        func add(_ name: String, _ value: String) { rows.append((name, value)) }
        if subscribers.wanted > 0 {
            add(
                "connected",
                "\(subscribers.connected) of \(subscribers.wanted) in \(number(subscribers.seconds, 2)) s, "
                    + "\(number(subscribers.perSecond, 0)) a second")
        }
        if let handshake = subscribers.handshake { add("handshake", text(handshake)) }
        if subscribers.reconnected > 0 { add("replaced", "\(subscribers.reconnected) connections") }
        if let published {
            add(
                "published",
                "\(published.accepted) of \(published.wanted) in \(number(published.seconds, 2)) s, "
                    + "\(number(published.perSecond, 0)) a second")
            if let latency = published.latency { add("until the answer", text(latency)) }
        }
        if let delivered, subscribers.wanted > 0 {
            add(
                "delivered",
                "\(delivered.count)\(delivered.expected.map { " of \($0)" } ?? ""), "
                    + "\(number(delivered.perSecond, 0)) a second, \(number(delivered.bytesEach, 0)) bytes each")
            if let latency = delivered.latency { add("until it came", text(latency)) }
            add(
                "missed, late, twice", "\(delivered.missed), \(delivered.late), \(delivered.duplicates)")
            if delivered.toSlowReaders > 0 { add("to slow readers", "\(delivered.toSlowReaders)") }
        }
        if let server {
            if let time = server.cpuPerConnection { add("server, connection", "\(number(time, 1)) µs of CPU time") }
            if let time = server.cpuPerDelivery { add("server, delivery", "\(number(time, 2)) µs of CPU time") }
            if let time = server.cpuPerPublish { add("server, publish", "\(number(time, 1)) µs of CPU time") }
            if let bytes = server.bytesPerSubscriber {
                add(
                    "server, idle subscriber",
                    "\(number(bytes / 1000, 1)) KB of \(number(Double(server.bytesIdle) / 1e6, 1)) MB")
            }
        }
        add("this program", "\(number(clientCPUSeconds, 2)) s of CPU time while it published")
        let width = rows.map(\.0.count).max() ?? 0
        return rows.map { $0.0 + String(repeating: " ", count: width - $0.0.count + 2) + $0.1 }.joined(separator: "\n")
    }

    private func text(_ latency: LatencySummary) -> String {
        [
            ("p50", latency.p50), ("p90", latency.p90), ("p99", latency.p99), ("p99.9", latency.p999),
            ("max", latency.max),
        ]
        .map { "\($0.0) \(number($0.1, 2))" }.joined(separator: ", ") + " ms"
    }

    private func number(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }
}
