import ArgumentParser
import CBenchmarks
import Foundation
import SluiceConnection
import SluiceServer

/// What publishes and deliveries cost the gateway's event loop, as ratios to a loop that does no more than the same system
/// calls. The loop and the gateway take turns in one process, with the same clients.
struct FanOut: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure publishes and deliveries against a bare loop, and compare the ratios with earlier ones.")

    @Option(help: "The table of earlier ratios: a name and a number in each line.")
    var baseline: String

    @Option(help: "How many subscribers a topic has.")
    var subscribers = 500

    @Option(help: "How often everything is measured; the median counts.")
    var rounds = 3

    private static let topics = ["WebSocket", "SSE"]
    private static let sizes = [1, 64]
    private static let publishes = 10_240
    private static let events = 256
    private static let data = String(repeating: "x", count: 128)

    func run() async throws {
        let table = try readTable(baseline)
        let (gateway, port) = try await Gateway.startForBenchmark { $0.eventLoops = 1 }
        let floor = Int(floor_start())
        guard floor > 0 else { throw CocoaError(.fileReadUnknown) }
        var costs: [String: [(floor: Double, gateway: Double)]] = [:]
        for round in 0...rounds {
            let least = try measure(floor, threads: "floor")
            for (name, cost) in try measure(port, threads: "NIO-ELT") where round > 0 {
                costs[name, default: []].append((least[name] ?? 0, cost))
            }
        }
        await gateway.shutdown()
        printRow("CPU time", "bare loop", "Sluice", "ratio", "was")
        for name in costs.keys.sorted() {
            let ratio = costs[name, default: []].map { $0.gateway / $0.floor }.median
            printRow(
                name, costs[name, default: []].map(\.floor).median.text(2) + " µs",
                costs[name, default: []].map(\.gateway).median.text(2) + " µs", ratio.text(2),
                table[name]?.text(2) ?? "not in \(baseline)")
        }
    }

    /// In microseconds of CPU time of the threads that are named like this.
    private func measure(_ port: Int, threads: String) throws -> [String: Double] {
        let publisher = try Connection(port)
        var costs: [String: Double] = [:]
        func measure(_ name: String, of count: Int, _ body: () throws -> Void) rethrows {
            let before = threads_nanoseconds(threads)
            try body()
            costs[name] = Double(threads_nanoseconds(threads) - before) / 1000 / Double(count)
        }
        for size in Self.sizes {
            try measure("publish, \(size) in flight", of: Self.publishes) {
                for _ in 0..<Self.publishes / size { try publisher.post(Self.data, to: "nobody", times: size) }
            }
        }
        for topic in Self.topics {
            let readers = try (0..<subscribers).map { _ in
                let reader = try Connection(port)
                if topic == "SSE" { try reader.openStream(topic) } else { try reader.openSession(topic) }
                return reader
            }
            for size in Self.sizes {
                try measure("delivery over \(topic), \(size) in flight", of: Self.events * subscribers) {
                    for _ in 0..<Self.events / size {
                        try publisher.post(Self.data, to: topic, times: size)
                        for reader in readers { try reader.read(until: Self.data, times: size) }
                    }
                }
            }
        }
        return costs
    }
}
