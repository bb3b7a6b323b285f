import Glibc
import NIOCore

/// A model provider that says what a test tells it to. It takes one request on each connection.
final class StandIn: Sendable {
    let port: Int
    private let listener: CInt

    init() throws {
        let listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        guard listener >= 0 else { throw ClientError.system("socket", errno) }
        self.listener = listener
        let loopback = try SocketAddress(ipAddress: "127.0.0.1", port: 0)
        let bound = loopback.withSockAddr { bind(listener, $0, socklen_t($1)) }
        guard bound == 0, listen(listener, 1000) == 0 else { throw ClientError.system("listen", errno) }
        // sockaddr_in: the family, then the port in network order (ip(7)).
        var address = [UInt8](repeating: 0, count: 128)
        var length = socklen_t(address.count)
        let named = address.withUnsafeMutableBytes { bytes in
            getsockname(listener, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), &length)
        }
        guard named == 0 else { throw ClientError.system("getsockname", errno) }
        port = Int(address[2]) << 8 | Int(address[3])
    }

    deinit { Glibc.close(listener) }

    /// The next request, once it is there.
    func call() throws -> Call {
        var poll = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
        guard Glibc.poll(&poll, 1, CInt(Socket.patience) * 1000) == 1 else { throw ClientError.timedOut("accept") }
        let descriptor = accept(listener, nil, nil)
        guard descriptor >= 0 else { throw ClientError.system("accept", errno) }
        return try Call(Socket(accepted: descriptor))
    }

    /// Whether no request has come that was not taken.
    func isUnasked() -> Bool {
        var poll = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
        return Glibc.poll(&poll, 1, 0) == 0
    }

    /// One request, and the way to answer it.
    final class Call {
        /// The request line and header, in lower case.
        let head: String
        let body: String
        private let socket: Socket

        fileprivate init(_ socket: Socket) throws {
            self.socket = socket
            var bytes = ByteBuffer()
            while true {
                let text = String(buffer: bytes)
                if let end = text.firstRange(of: "\r\n\r\n") {
                    let head = text[..<end.lowerBound].lowercased()
                    let length = head.firstRange(of: "content-length: ").flatMap { field in
                        Int(head[field.upperBound...].prefix { $0.isNumber })
                    }
                    let body = text[end.upperBound...]
                    if body.utf8.count >= length ?? 0 {
                        self.head = head
                        self.body = String(body)
                        return
                    }
                }
                guard try socket.receive(into: &bytes) else { throw ClientError.endedEarly("a request") }
            }
        }

        /// Begins to answer with a stream.
        func stream(type: String = "text/event-stream") throws {
            try socket.send(
                "HTTP/1.1 200 OK\r\nContent-Type: \(type)\r\nTransfer-Encoding: chunked\r\n"
                    + "Set-Cookie: a=b\r\nX-Request-Id: 7\r\n\r\n")
        }

        func send(_ text: String) throws { try send(Array(text.utf8)) }

        func send(_ bytes: [UInt8]) throws {
            try socket.send("\(String(bytes.count, radix: 16))\r\n")
            try socket.send(bytes)
            try socket.send("\r\n")
        }

        /// A chunk of an OpenAI chat completion.
        func token(_ text: String) throws { try send(Self.block(text)) }

        static func block(_ text: String) -> String {
            #"data: {"choices":[{"index":0,"delta":{"content":"\#(text)"}}]}"# + "\n\n"
        }

        static let done = "data: [DONE]\n\n"

        /// The stream is complete.
        func end() throws {
            try socket.send("0\r\n\r\n")
            socket.close()
        }

        /// The connection breaks.
        func cut() { socket.close() }

        /// A whole answer that is not a stream.
        func answer(_ status: Int, _ body: String, _ headers: String = "") throws {
            try socket.send(
                "HTTP/1.1 \(status) X\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n"
                    + "Connection: close\r\n\(headers)\r\n\(body)")
            socket.close()
        }

        /// Waits until the gateway has closed the request.
        func waitUntilClosed() throws {
            var rest = ByteBuffer()
            do {
                while try socket.receive(into: &rest) {}
            } catch ClientError.system {
                // A reset is a close too.
            }
        }
    }
}
