package import NIOCore
internal import NIOHTTP1

/// A whole response: small, and written at once.
package struct Response: Sendable {
    package var status: Int
    /// Names in lower case.
    package var headers: [(String, String)]
    package var body: ByteBuffer

    package init(status: Int, headers: [(String, String)] = [], body: ByteBuffer = ByteBuffer()) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    package static func json(_ status: Int, _ body: ByteBuffer, headers: [(String, String)] = []) -> Response {
        var response = Response(status: status, headers: [("content-type", "application/json")], body: body)
        if !headers.isEmpty { response.headers += headers }
        return response
    }

    package static func text(
        _ status: Int, _ text: String, type: String = "text/plain; charset=utf-8", headers: [(String, String)] = []
    ) -> Response {
        Response(status: status, headers: [("content-type", type)] + headers, body: ByteBuffer(string: text))
    }

    package static func reason(of status: Int) -> String {
        HTTPResponseStatus(statusCode: status).reasonPhrase
    }
}
