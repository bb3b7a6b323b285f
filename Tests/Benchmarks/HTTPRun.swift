import Foundation
import Logging
import NIOCore
import SluiceConnection
import SluiceServer

/// A gateway in this process, and publishers that each post the next event when the one before is answered.
enum HTTPRun {
    static func run(
        path: String, data: ByteBuffer, publishers: Int, seconds: Double
    ) async throws -> (rate: Double, wait: Double) {
        var configuration = GatewayConfiguration()
        configuration.listeners = [.init(host: "127.0.0.1", port: 0)]
        configuration.logFile = path
        configuration.connection.drain.notice = .zero
        let gateway = try await Gateway.start(
            configuration, logger: Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() })
        guard let port = gateway.addresses.first?.socket.port else { throw CocoaError(.fileReadUnknown) }
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
                continuation.resume(with: Result { try publish(data, to: topic, on: connect(port), until: end) })
            }.start()
        }
    }

    private static func connect(_ port: Int) throws -> CInt {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw CocoaError(.fileReadUnknown) }
        return descriptor
    }

    private static func publish(
        _ data: String, to topic: String, on descriptor: CInt, until end: ContinuousClock.Instant
    ) throws -> [Double] {
        defer { close(descriptor) }
        let request = Array(
            """
            POST /topics/\(topic) HTTP/1.1\r
            Host: localhost\r
            Content-Type: text/plain\r
            Content-Length: \(data.utf8.count)\r
            \r
            \(data)
            """.utf8)
        var answer = [UInt8](repeating: 0, count: 4096)
        var waits: [Double] = []
        while ContinuousClock.now < end {
            let began = ContinuousClock.now
            guard write(descriptor, request, request.count) == request.count else {
                throw CocoaError(.fileWriteUnknown)
            }
            let count = read(descriptor, &answer, answer.count)
            guard count > 12, answer.starts(with: "HTTP/1.1 201".utf8) else { throw CocoaError(.fileReadUnknown) }
            waits.append(began.duration(to: .now).milliseconds)
        }
        return waits
    }
}
