/// A strict parser of JSON (RFC 8259) that remembers where each value stands.
///
/// Foundation's decoder reads the values of objects, but it says neither where a wrong one stands nor that a key is
/// there twice; a person who mends a file needs both.
struct JSONParser {
    /// The deepest nesting of arrays and objects; the parser's own stack is as deep.
    static let maximumDepth = 64

    private let bytes: [UInt8]
    private var offset = 0
    private var depth = 0

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// - Throws: `JSONSyntaxError` at the first byte that is not JSON; also when anything follows the value.
    static func parse(_ bytes: [UInt8]) throws(JSONSyntaxError) -> JSONNode {
        var parser = JSONParser(bytes)
        // RFC 8259 § 8.1: a parser may ignore a byte order mark.
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { parser.offset = 3 }
        parser.skipSpace()
        let node = try parser.value()
        parser.skipSpace()
        guard parser.next == nil else { throw parser.unexpected("the end of the file") }
        return node
    }

    // MARK: Values

    private mutating func value() throws(JSONSyntaxError) -> JSONNode {
        let start = offset
        let content: JSONNode.Content
        switch next {
        case UInt8(ascii: "{"): content = .object(try members())
        case UInt8(ascii: "["): content = .array(try elements())
        case UInt8(ascii: "\""): content = .string(try string())
        case let byte? where byte == UInt8(ascii: "-") || isDigit(byte): content = .number(try number())
        case UInt8(ascii: "t"): content = try word("true", .bool(true))
        case UInt8(ascii: "f"): content = try word("false", .bool(false))
        case UInt8(ascii: "n"): content = try word("null", .null)
        default: throw unexpected("a value")
        }
        return JSONNode(content: content, range: start..<offset)
    }

    private mutating func members() throws(JSONSyntaxError) -> [JSONNode.Member] {
        var members: [JSONNode.Member] = []
        try descend()
        skipSpace()
        if skip(UInt8(ascii: "}")) { return ascend(with: members) }
        while true {
            let start = offset
            guard next == UInt8(ascii: "\"") else { throw unexpected("a key in double quotes") }
            let key = try string()
            skipSpace()
            guard skip(UInt8(ascii: ":")) else { throw unexpected("':'") }
            skipSpace()
            members.append(JSONNode.Member(key: key, offset: start, value: try value()))
            skipSpace()
            if skip(UInt8(ascii: "}")) { return ascend(with: members) }
            guard skip(UInt8(ascii: ",")) else { throw unexpected("',' or '}'") }
            skipSpace()
        }
    }

    private mutating func elements() throws(JSONSyntaxError) -> [JSONNode] {
        var elements: [JSONNode] = []
        try descend()
        skipSpace()
        if skip(UInt8(ascii: "]")) { return ascend(with: elements) }
        while true {
            elements.append(try value())
            skipSpace()
            if skip(UInt8(ascii: "]")) { return ascend(with: elements) }
            guard skip(UInt8(ascii: ",")) else { throw unexpected("',' or ']'") }
            skipSpace()
        }
    }

    private mutating func descend() throws(JSONSyntaxError) {
        guard depth < Self.maximumDepth else {
            throw JSONSyntaxError(
                offset: offset, message: "more than \(Self.maximumDepth) objects and lists are nested")
        }
        depth += 1
        offset += 1
    }

    private mutating func ascend<Result>(with result: Result) -> Result {
        depth -= 1
        return result
    }

    private mutating func word(
        _ word: StaticString, _ content: JSONNode.Content
    ) throws(JSONSyntaxError) -> JSONNode.Content {
        guard bytes[offset...].starts(with: Array(word.description.utf8)) else { throw unexpected("a value") }
        offset += word.utf8CodeUnitCount
        return content
    }

    // MARK: Numbers and strings

    /// RFC 8259 § 6.
    private mutating func number() throws(JSONSyntaxError) -> String {
        let start = offset
        _ = skip(UInt8(ascii: "-"))
        if !skip(UInt8(ascii: "0")) { try digits() }
        if skip(UInt8(ascii: ".")) { try digits() }
        if skip(UInt8(ascii: "e")) || skip(UInt8(ascii: "E")) {
            if !skip(UInt8(ascii: "+")) { _ = skip(UInt8(ascii: "-")) }
            try digits()
        }
        return String(decoding: bytes[start..<offset], as: UTF8.self)
    }

    private mutating func digits() throws(JSONSyntaxError) {
        guard let first = next, isDigit(first) else { throw unexpected("a digit") }
        while let byte = next, isDigit(byte) { offset += 1 }
    }

    private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    /// RFC 8259 § 7.
    private mutating func string() throws(JSONSyntaxError) -> String {
        let start = offset
        var text: [UInt8] = []
        offset += 1
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                offset += 1
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw JSONSyntaxError(offset: start, message: "the string is not valid UTF-8")
                }
                return string
            case UInt8(ascii: "\\"):
                text += try escape().utf8
            case 0..<0x20:
                throw JSONSyntaxError(
                    offset: offset,
                    message: "a string holds a control character or ends without '\"' (control characters are escaped)")
            default:
                text.append(byte)
                offset += 1
            }
        }
        throw JSONSyntaxError(offset: start, message: "the string has no end")
    }

    private mutating func escape() throws(JSONSyntaxError) -> String {
        let start = offset
        offset += 1
        guard let byte = next else { throw unexpected("an escaped character") }
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return String(UnicodeScalar(byte))
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            var units = [try codeUnit()]
            if UTF16.isLeadSurrogate(units[0]), bytes[offset...].starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]) {
                offset += 2
                units.append(try codeUnit())
            }
            guard let text = String(validating: units, as: UTF16.self) else {
                throw JSONSyntaxError(offset: start, message: "half of a surrogate pair is not a character")
            }
            return text
        default:
            throw JSONSyntaxError(
                offset: start, message: "a backslash escapes one of '\"', '\\', '/', 'b', 'f', 'n', 'r', 't' and 'u'")
        }
    }

    private mutating func codeUnit() throws(JSONSyntaxError) -> UInt16 {
        let digits = bytes[offset...].prefix(4)
        guard digits.count == 4, digits.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }),
            let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw JSONSyntaxError(offset: offset, message: "'\\u' is followed by four hexadecimal digits") }
        offset += 4
        return unit
    }

    // MARK: Bytes

    private var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private mutating func skip(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        offset += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { offset += 1 }
    }

    private func unexpected(_ expected: String) -> JSONSyntaxError {
        let found =
            switch next {
            case nil: "the end of the file"
            case let byte? where (0x21...0x7E).contains(byte): "'\(UnicodeScalar(byte))'"
            case let byte?: "the byte 0x\(String(byte, radix: 16, uppercase: true))"
            }
        return JSONSyntaxError(offset: offset, message: "found \(found), expected \(expected)")
    }
}
