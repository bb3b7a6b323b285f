package import NIOCore

extension JSONText {
    /// Whether the readable bytes are one JSON text (RFC 8259 § 2), to the letter. Nothing is kept of it.
    ///
    /// - Parameters:
    ///   - text: valid UTF-8.
    ///   - maximumDepth: how deep arrays and objects may be nested.
    package static func isValid(_ text: ByteBuffer, maximumDepth: Int = 128) -> Bool {
        text.withUnsafeReadableBytes { bytes in
            var grammar = JSONGrammar(bytes: bytes, maximumDepth: maximumDepth)
            return grammar.acceptsText()
        }
    }
}

/// Walks over a JSON text. Each method moves behind what it is named for, or says that it is not there.
private struct JSONGrammar {
    let bytes: UnsafeRawBufferPointer
    let maximumDepth: Int
    private var offset = 0
    private var depth = 0

    init(bytes: UnsafeRawBufferPointer, maximumDepth: Int) {
        self.bytes = bytes
        self.maximumDepth = maximumDepth
    }

    mutating func acceptsText() -> Bool {
        skipSpace()
        guard value() else { return false }
        skipSpace()
        return offset == bytes.count
    }

    private var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        offset += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { offset += 1 }
    }

    private mutating func value() -> Bool {
        switch next {
        case UInt8(ascii: "{"): container(end: "}") { $0.string() && $0.colon() && $0.value() }
        case UInt8(ascii: "["): container(end: "]") { $0.value() }
        case UInt8(ascii: "\""): string()
        case UInt8(ascii: "t"): word("true")
        case UInt8(ascii: "f"): word("false")
        case UInt8(ascii: "n"): word("null")
        default: number()
        }
    }

    /// An array or an object: items between commas.
    private mutating func container(end: Unicode.Scalar, item: (inout JSONGrammar) -> Bool) -> Bool {
        depth += 1
        defer { depth -= 1 }
        guard depth <= maximumDepth else { return false }
        offset += 1
        skipSpace()
        if skip(end) { return true }
        while item(&self) {
            skipSpace()
            if skip(end) { return true }
            guard skip(",") else { return false }
            skipSpace()
        }
        return false
    }

    private mutating func colon() -> Bool {
        skipSpace()
        guard skip(":") else { return false }
        skipSpace()
        return true
    }

    private mutating func word(_ word: StaticString) -> Bool {
        let end = offset + word.utf8CodeUnitCount
        guard end <= bytes.count else { return false }
        for index in offset..<end where bytes[index] != word.utf8Start[index - offset] { return false }
        offset = end
        return true
    }

    private mutating func string() -> Bool {
        guard skip("\"") else { return false }
        while let byte = next {
            offset += 1
            switch byte {
            case UInt8(ascii: "\""): return true
            case UInt8(ascii: "\\"): guard escape() else { return false }
            case 0..<0x20: return false
            default: continue
            }
        }
        return false
    }

    private mutating func escape() -> Bool {
        guard let byte = next else { return false }
        offset += 1
        guard byte == UInt8(ascii: "u") else { return #""\/bfnrt"#.utf8.contains(byte) }
        for _ in 0..<4 {
            guard let digit = next, Character(UnicodeScalar(digit)).isHexDigit, digit < 0x80 else { return false }
            offset += 1
        }
        return true
    }

    private mutating func number() -> Bool {
        _ = skip("-")
        // RFC 8259 § 6: no leading zeros.
        guard skip("0") || digits() else { return false }
        if skip(".") { guard digits() else { return false } }
        if skip("e") || skip("E") {
            if !skip("+") { _ = skip("-") }
            return digits()
        }
        return true
    }

    /// At least one.
    private mutating func digits() -> Bool {
        let start = offset
        while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { offset += 1 }
        return offset > start
    }
}
