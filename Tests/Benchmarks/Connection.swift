import CBenchmarks
import Foundation

/// A blocking connection to a gateway in this process, on a thread that is none of the gateway's.
final class Connection {
    private let descriptor: CInt
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)

    init(_ port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw CocoaError(.fileReadUnknown) }
        var on: CInt = 1
        setsockopt(descriptor, CInt(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<CInt>.size))
    }

    deinit { close(descriptor) }

    /// Publishes the data so often, and then waits for the answers.
    func post(_ data: String, to topic: String, times: Int = 1) throws {
        let request = """
            POST /topics/\(topic) HTTP/1.1\r
            Host: localhost\r
            Content-Type: text/plain\r
            Content-Length: \(data.utf8.count)\r
            \r
            \(data)
            """
        try send(Array(String(repeating: request, count: times).utf8))
        try read(until: "HTTP/1.1 201", times: times)
    }

    func openStream(_ topic: String) throws {
        try send(
            Array("GET /topics/\(topic) HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n".utf8))
        try read(until: "sluice.start")
    }

    func openSession(_ topic: String) throws {
        try send(
            Array(
                """
                GET /topics/\(topic) HTTP/1.1\r
                Host: localhost\r
                Upgrade: websocket\r
                Connection: Upgrade\r
                Sec-WebSocket-Version: 13\r
                Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
                \r\n
                """.utf8))
        try read(until: "\r\n\r\n")
    }

    /// Masked with zeros.
    static let message: [UInt8] = [0x81, 0x8A, 0, 0, 0, 0] + "0123456789".utf8
    static let ping: [UInt8] = [0x89, 0x84, 0, 0, 0, 0] + "abcd".utf8

    func exchange(_ frame: [UInt8], for answer: String) throws {
        try send(frame)
        try read(until: answer)
    }

    private func send(_ bytes: [UInt8]) throws {
        guard write(descriptor, bytes, bytes.count) == bytes.count else { throw CocoaError(.fileWriteUnknown) }
    }

    /// Reads until the text has come so often.
    func read(until text: String, times: Int = 1) throws {
        let text = Array(text.utf8)
        var kept = 0
        var left = times
        while left > 0 {
            left -= try buffer.withUnsafeMutableBytes { bytes in
                guard let start = bytes.baseAddress else { return 0 }
                let count = Glibc.read(descriptor, start + kept, bytes.count - kept)
                guard count > 0 else { throw CocoaError(.fileReadUnknown) }
                let end = start + kept + count
                var next = start
                var found = 0
                while let place = memmem(next, end - next, text, text.count) {
                    found += 1
                    next = place + text.count
                }
                // The text may be cut by the end of what was read.
                next = max(next, end - text.count + 1)
                kept = end - next
                memmove(start, next, kept)
                return found
            }
        }
    }
}
