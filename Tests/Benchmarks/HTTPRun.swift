import Foundation
import NIOCore
import SluiceServer

/// A gateway in this process, and publishers that each post the next event when the one before is answered.
enum HTTPRun {
    static func run(
        path: String, data: ByteBuffer, publishers: Int, seconds: Double
    ) async throws -> (rate: Double, wait: Double) {
        let (gateway, port) = try await Gateway.startForBenchmark { $0.logFile = path }
        let end = ContinuousClock.now + .seconds(seconds)
        let began = ContinuousClock.now
        let waits = try await withThrowingTaskGroup(of: [Double].self) { group in
            for number in 0..<publishers {
                group.addTask { try await publish(String(buffer: data), to: "topic/\(number)", port: port, until: end) }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        let elapsed = began.duration(to: .now).seconds
        await gateway.shutdown()
        return (Double(waits.count) / elapsed, waits.median)
    }

    /// Blocks a thread of its own.
    private static func publish(
        _ data: String, to topic: String, port: Int, until end: ContinuousClock.Instant
    ) async throws -> [Double] {
        try await withCheckedThrowingContinuation { continuation in
            Thread {
                continuation.resume(with: Result { try publish(data, to: topic, on: Connection(port), until: end) })
            }.start()
        }
    }

    private static func publish(
        _ data: String, to topic: String, on connection: Connection, until end: ContinuousClock.Instant
    ) throws -> [Double] {
        var waits: [Double] = []
        while ContinuousClock.now < end {
            let began = ContinuousClock.now
            try connection.post(data, to: topic)
            waits.append(began.duration(to: .now).milliseconds)
        }
        return waits
    }
}
