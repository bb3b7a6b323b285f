import ArgumentParser
import CBenchmarks
import Foundation
import SluiceServer

/// What the gateway asks the allocator for, on its event loops, for each thing that it does often; compared with a budget.
/// Counts do not depend on the machine's speed.
struct Allocations: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Count allocations, and compare them with their budgets.")

    @Option(help: "The table of budgets: a name and a number in each line.")
    var budgets: String

    private static let subscribers = 50
    private static let rounds = 200

    func run() async throws {
        let (gateway, port) = try await Gateway.startForBenchmark { $0.eventLoops = 1 }
        let measured = try Self.measure(port)
        await gateway.shutdown()
        if try !compare(measured) { throw ExitCode.failure }
    }

    private static func measure(_ port: Int) throws -> [(name: String, count: Double)] {
        let publisher = try Connection(port)
        func publish(_ topic: String) throws {
            for _ in 0..<rounds { try publisher.post("0123456789", to: topic) }
        }
        /// Beyond what publishing costs by itself, for each event and subscriber.
        func delivery(_ topic: String, _ publishing: Double, subscribe: (Connection) throws -> Void) throws -> Double {
            let readers = try (0..<subscribers).map { _ in
                let reader = try Connection(port)
                try subscribe(reader)
                return reader
            }
            try publish(topic)
            for reader in readers { try reader.read(until: "0123456789", times: rounds) }
            let all = try counting {
                try publish(topic)
                for reader in readers { try reader.read(until: "0123456789", times: rounds) }
            }
            return max(0, (all / Double(rounds) - publishing) / Double(subscribers))
        }
        // What is made once, and what grows to its size.
        try publish("nobody")
        let publishing = try counting { try publish("nobody") } / Double(rounds)
        let stream = try delivery("stream", publishing) { try $0.openStream("stream") }
        let session = try delivery("session", publishing) { try $0.openSession("session") }

        let chatter = try Connection(port)
        try chatter.openSession("chat")
        func chat() throws {
            for _ in 0..<rounds { try chatter.exchange(Connection.message, for: "0123456789") }
        }
        try chat()
        let message = try counting(chat) / Double(rounds)
        func ping() throws {
            for _ in 0..<rounds { try chatter.exchange(Connection.ping, for: "abcd") }
        }
        try ping()
        let frame = try counting(ping) / Double(rounds)
        return [
            ("publish over HTTP/1.1", publishing), ("delivery to an event stream", stream),
            ("delivery to a session", session), ("message of a session, there and back", message),
            ("control frame of a session", frame),
        ]
    }

    private static func counting(_ body: () throws -> Void) rethrows -> Double {
        let before = threads_allocations("NIO-ELT")
        try body()
        return Double(threads_allocations("NIO-ELT") - before)
    }

    private func compare(_ measured: [(name: String, count: Double)]) throws -> Bool {
        let table = try readTable(budgets)
        var isKept = true
        printRow("", "allocations", "budget")
        for (name, count) in measured {
            let budget = table[name]
            if budget.map({ count > $0 }) ?? true { isKept = false }
            let verdict = budget.map { $0.text(1) + (count > $0 ? ": exceeded" : "") } ?? "none in \(budgets)"
            printRow(name, count.text(2), verdict)
        }
        return isKept
    }
}
