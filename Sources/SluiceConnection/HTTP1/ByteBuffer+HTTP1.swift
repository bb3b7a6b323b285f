internal import NIOCore

extension ByteBuffer {
    /// A whole answer (RFC 9112 § 4).
    ///
    /// - Parameters:
    ///   - connection: the connection's options, if there are any (RFC 9110 § 7.6.1).
    ///   - omitsBody: whether it answers a `HEAD`.
    mutating func writeHTTP1(_ response: Response, date: String, connection: String?, omitsBody: Bool) {
        writeHTTP1Head(status: response.status, headers: response.headers, date: date, connection: connection)
        if response.status != 204 {
            writeString("content-length: \(response.body.readableBytes)\r\n")
        }
        writeStaticString("\r\n")
        if !omitsBody { writeImmutableBuffer(response.body) }
    }

    /// The head of an answer that goes on until the connection closes, or in another protocol.
    mutating func writeHTTP1(_ head: TakeoverHead, date: String) {
        writeHTTP1Head(
            status: head.status, headers: head.headers, date: date, connection: head.status == 200 ? "close" : nil)
        writeStaticString("\r\n")
    }

    private mutating func writeHTTP1Head(
        status: Int, headers: [(String, String)], date: String, connection: String?
    ) {
        writeString("HTTP/1.1 \(status) \(Response.reason(of: status))\r\ndate: \(date)\r\n")
        for (name, value) in headers { writeString("\(name): \(value)\r\n") }
        if let connection { writeString("connection: \(connection)\r\n") }
    }
}
