import NIOCore

/// A connection that speaks as much HTTP/1.1 as the tests need.
final class HTTPConnection {
    typealias Headers = KeyValuePairs<String, String>

    let socket: Socket
    /// What came behind the last answer.
    var inbound = ByteBuffer()

    init(_ socket: Socket) {
        self.socket = socket
    }

    static func request(
        _ method: String, _ target: String, _ headers: Headers = [:], body: String? = nil
    ) -> String {
        var text = "\(method) \(target) HTTP/1.1\r\n"
        if !headers.contains(where: { $0.key.lowercased() == "host" }) { text += "Host: localhost\r\n" }
        for (name, value) in headers { text += "\(name): \(value)\r\n" }
        if let body { text += "Content-Length: \(body.utf8.count)\r\n" }
        return text + "\r\n" + (body ?? "")
    }

    func ask(_ method: String, _ target: String, _ headers: Headers = [:], body: String? = nil) throws -> Answer {
        try socket.send(Self.request(method, target, headers, body: body))
        return try answer(to: method)
    }

    /// Reads an answer with its body.
    func answer(to method: String = "GET") throws -> Answer {
        var answer = try head()
        if method == "HEAD" || [101, 204, 304].contains(answer.status) { return answer }
        guard let length = answer["content-length"].flatMap(Int.init) else {
            while try socket.receive(into: &inbound) {}
            answer.body = inbound
            inbound = ByteBuffer()
            return answer
        }
        while inbound.readableBytes < length {
            guard try socket.receive(into: &inbound) else { throw ClientError.endedEarly("a body") }
        }
        answer.body = inbound.readSlice(length: length) ?? ByteBuffer()
        return answer
    }

    /// Reads a status line and header fields.
    func head() throws -> Answer {
        while true {
            let bytes = Array(inbound.readableBytesView)
            if let end = bytes.indices.dropLast(3).first(where: { bytes[$0..<$0 + 4].elementsEqual("\r\n\r\n".utf8) }) {
                inbound.moveReaderIndex(forwardBy: end + 4)
                return try Self.parse(String(decoding: bytes[..<end], as: UTF8.self))
            }
            guard try socket.receive(into: &inbound) else {
                throw ClientError.endedEarly("a head: \(String(buffer: inbound))")
            }
        }
    }

    private static func parse(_ head: String) throws -> Answer {
        let lines = head.split(separator: "\r\n")
        let status = lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
        guard let status, lines[0].hasPrefix("HTTP/1.1 ") else { throw ClientError.unexpected(head) }
        let headers = try lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { throw ClientError.unexpected(head) }
            return (name: parts[0].lowercased(), value: String(parts[1].drop { $0 == " " }))
        }
        return Answer(status: status, headers: headers)
    }

    /// Whether the gateway has closed its side and nothing more came before that. Waits for it.
    func isAtEnd() throws -> Bool {
        guard inbound.readableBytes == 0 else { return false }
        do {
            return try !socket.receive(into: &inbound)
        } catch ClientError.system(_, let code) where code == 104 {
            // ECONNRESET: the gateway closed while this side was still sending.
            return true
        }
    }
}
