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
        let end = text.utf8.firstIndex(of: UInt8(ascii: ";")) ?? text.endIndex
        let essence = Self.normalised(text[..<end])
        let isText =
            essence.hasPrefix("text/") || essence.hasSuffix("+json") || essence.hasSuffix("+xml")
            || essence == "application/json" || essence == "application/xml" || essence == "application/javascript"
            || essence == "application/x-www-form-urlencoded"
        isUTF8Text = isText && Self.isUTF8(parameters: text[end...])
    }

    private static func isUTF8(parameters: Substring) -> Bool {
        let charset = parameters.split(separator: ";").lazy.map(normalised).first { $0.hasPrefix("charset=") }
        return switch charset?.dropFirst("charset=".count) {
        case nil, "utf-8", "utf8", "us-ascii": true
        default: false
        }
    }

    private static func normalised(_ text: Substring) -> String {
        String(decoding: text.utf8.lazy.filter(isSignificant), as: UTF8.self).lowercased()
    }

    private static func isSignificant(_ byte: UInt8) -> Bool {
        byte != UInt8(ascii: " ") && byte != UInt8(ascii: "\t") && byte != UInt8(ascii: "\"")
    }
}
