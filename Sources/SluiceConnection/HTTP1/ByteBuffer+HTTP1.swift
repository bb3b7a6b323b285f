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
            writeField("content-length", String(response.body.readableBytes))
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
        writeStaticString("HTTP/1.1 ")
        writeString(String(status))
        writeStaticString(" ")
        writeString(Response.reason(of: status))
        writeStaticString("\r\n")
        writeField("date", date)
        for (name, value) in headers { writeField(name, value) }
        if let connection { writeField("connection", connection) }
    }

    private mutating func writeField(_ name: String, _ value: String) {
        writeString(name)
        writeStaticString(": ")
        writeString(value)
        writeStaticString("\r\n")
    }
}
