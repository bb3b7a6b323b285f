internal import NIOCore
internal import SluiceConnection
internal import SluiceTopics
internal import SluiceWire

extension Payload {
    /// A request body as data: text when its media type is a textual one in UTF-8, or when it has none and is
    /// valid UTF-8; binary otherwise.
    ///
    /// - Throws: 400 for a textual media type whose body is not valid UTF-8.
    init(body: ByteBuffer, contentType: String?) throws(Problem) {
        guard let contentType else {
            self.init(data: body, encoding: UTF8Validator.isValid(body) ? .text : .binary)
            return
        }
        guard MediaType(contentType).isUTF8Text else {
            self.init(data: body, encoding: .binary, contentType: contentType)
            return
        }
        guard UTF8Validator.isValid(body) else {
            throw .badRequest(
                "invalid-utf-8",
                "the body is not valid UTF-8, which '\(contentType)' promises; publish it as application/octet-stream")
        }
        self.init(data: body, encoding: .text, contentType: contentType)
    }
}

/// A media type (RFC 9110 § 8.3.1), as far as it tells text from binary data.
private struct MediaType {
    let isUTF8Text: Bool

    init(_ text: String) {
        let parts = text.lowercased().split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" && $0 != "\"" } }
        let essence = parts.first ?? ""
        let isText =
            essence.hasPrefix("text/") || essence.hasSuffix("+json") || essence.hasSuffix("+xml")
            || ["application/json", "application/xml", "application/javascript", "application/x-www-form-urlencoded"]
                .contains(essence)
        let charset = parts.dropFirst().first { $0.hasPrefix("charset=") }?.dropFirst("charset=".count)
        isUTF8Text = isText && (charset == nil || charset == "utf-8" || charset == "utf8" || charset == "us-ascii")
    }
}
