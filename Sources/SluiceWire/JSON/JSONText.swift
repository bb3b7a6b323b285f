package import NIOCore

/// Writes JSON text (RFC 8259) straight into a buffer.
package enum JSONText {
    /// Appends a string in quotes. U+2028 and U+2029 are escaped too, so that the text can stand in JavaScript of
    /// any age; nothing in it is a line break.
    ///
    /// - Parameter text: its readable bytes; valid UTF-8, which is not checked here.
    package static func writeString(_ text: ByteBuffer, into output: inout ByteBuffer) {
        text.withUnsafeReadableBytes { writeString($0, into: &output) }
    }

    package static func writeString(_ text: String, into output: inout ByteBuffer) {
        var text = text
        text.withUTF8 { writeString(UnsafeRawBufferPointer($0), into: &output) }
    }

    private static func writeString(_ bytes: UnsafeRawBufferPointer, into output: inout ByteBuffer) {
        let first = firstOfInterest(in: bytes, from: 0)
        guard first < bytes.count else { return writePlainString(bytes, into: &output) }
        output.reserveCapacity(minimumWritableBytes: bytes.count + 2)
        output.writeInteger(quote)
        var start = 0
        var index = first
        while index < bytes.count {
            if let (escape, length) = escape(in: bytes, at: index) {
                output.writeBytes(UnsafeRawBufferPointer(rebasing: bytes[start..<index]))
                output.writeStaticString(escape)
                start = index + length
                index = firstOfInterest(in: bytes, from: start)
            } else {
                index = firstOfInterest(in: bytes, from: index + 1)
            }
        }
        output.writeBytes(UnsafeRawBufferPointer(rebasing: bytes[start...]))
        output.writeInteger(quote)
    }

    /// Nearly every string: nothing is escaped, so it is one copy.
    private static func writePlainString(_ bytes: UnsafeRawBufferPointer, into output: inout ByteBuffer) {
        output.writeWithUnsafeMutableBytes(minimumWritableBytes: bytes.count + 2) { text in
            text[0] = quote
            UnsafeMutableRawBufferPointer(rebasing: text[1...]).copyMemory(from: bytes)
            text[bytes.count + 1] = quote
            return bytes.count + 2
        }
    }

    private static let quote = UInt8(ascii: "\"")

    /// The first byte that is escaped or, being E2, may begin a U+2028 or U+2029.
    private static func firstOfInterest(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        ByteScan.first(
            in: bytes, from: start,
            word: { word in
                ByteScan.less(word, than: 0x20) | ByteScan.equal(word, UInt8(ascii: "\""))
                    | ByteScan.equal(word, UInt8(ascii: "\\")) | ByteScan.equal(word, 0xE2)
            },
            byte: { $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") || $0 == 0xE2 })
    }

    /// What stands for the character at an index, and how many bytes it replaces.
    private static func escape(in bytes: UnsafeRawBufferPointer, at index: Int) -> (StaticString, Int)? {
        switch bytes[index] {
        case 0xE2:
            guard index + 2 < bytes.count, bytes[index + 1] == 0x80 else { return nil }
            switch bytes[index + 2] {
            case 0xA8: return ("\\u2028", 3)
            case 0xA9: return ("\\u2029", 3)
            default: return nil
            }
        case UInt8(ascii: "\""): return ("\\\"", 1)
        case UInt8(ascii: "\\"): return ("\\\\", 1)
        case let byte: return (controlEscapes[Int(byte)], 1)
        }
    }

    private static let controlEscapes: [StaticString] = [
        "\\u0000", "\\u0001", "\\u0002", "\\u0003", "\\u0004", "\\u0005", "\\u0006", "\\u0007",
        "\\b", "\\t", "\\n", "\\u000b", "\\f", "\\r", "\\u000e", "\\u000f",
        "\\u0010", "\\u0011", "\\u0012", "\\u0013", "\\u0014", "\\u0015", "\\u0016", "\\u0017",
        "\\u0018", "\\u0019", "\\u001a", "\\u001b", "\\u001c", "\\u001d", "\\u001e", "\\u001f",
    ]
}
