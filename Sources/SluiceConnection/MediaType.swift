/// A media type with its parameters (RFC 9110 § 8.3.1), as far as it tells what is to be done with a body.
package struct MediaType: Sendable {
    /// As it was sent.
    package let text: String
    /// What stands before the parameters, in lower case.
    package let essence: String

    package init(_ text: String) {
        self.text = text
        let essence = text[..<Self.endOfEssence(in: text)]
        self.essence = essence.utf8.allSatisfy(Self.isNormal) ? String(essence) : essence.lowercased().trimmingSpaces()
    }

    /// Whether it is of text, and nothing says that the text is not UTF-8.
    package var isUTF8Text: Bool {
        let isText =
            essence.hasPrefix("text/") || essence.hasSuffix("+json") || essence.hasSuffix("+xml")
            || essence == "application/json" || essence == "application/xml" || essence == "application/javascript"
            || essence == "application/x-www-form-urlencoded"
        return isText && parametersAllowUTF8
    }

    private var parametersAllowUTF8: Bool {
        let parameters = text[Self.endOfEssence(in: text)...]
        guard !parameters.isEmpty else { return true }
        let charset = parameters.split(separator: ";").lazy.map(Self.normalised).first { $0.hasPrefix("charset=") }
        return switch charset?.dropFirst("charset=".count) {
        case nil, "utf-8", "utf8", "us-ascii": true
        default: false
        }
    }

    private static func endOfEssence(in text: String) -> String.Index {
        text.utf8.firstIndex(of: UInt8(ascii: ";")) ?? text.endIndex
    }

    /// In lower case, without spaces and quotes.
    private static func normalised(_ text: Substring) -> String {
        String(decoding: text.utf8.lazy.filter(isSignificant), as: UTF8.self).lowercased()
    }

    private static func isNormal(_ byte: UInt8) -> Bool {
        byte < 0x80 && isSignificant(byte) && !(UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }

    private static func isSignificant(_ byte: UInt8) -> Bool {
        byte != UInt8(ascii: " ") && byte != UInt8(ascii: "\t") && byte != UInt8(ascii: "\"")
    }
}
