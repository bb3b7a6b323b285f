package import NIOCore

/// Base64 with the standard alphabet and padding (RFC 4648 § 4).
package enum Base64 {
    private static let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    private static let padding = UInt8(ascii: "=")

    /// The length of the text for so many bytes.
    package static func encodedCount(of byteCount: Int) -> Int { (byteCount + 2) / 3 * 4 }

    /// Appends the text for the readable bytes of `data`.
    package static func encode(_ data: ByteBuffer, into output: inout ByteBuffer) {
        let count = encodedCount(of: data.readableBytes)
        output.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { text in
            data.withUnsafeReadableBytes { encode($0, to: text) }
            return count
        }
    }

    package static func encode(_ bytes: some Sequence<UInt8>) -> String {
        let bytes = Array(bytes)
        let count = encodedCount(of: bytes.count)
        return String(unsafeUninitializedCapacity: count) { text in
            bytes.withUnsafeBytes { encode($0, to: UnsafeMutableRawBufferPointer(text)) }
            return count
        }
    }

    /// - Returns: nil when the text is not Base64: a character outside the alphabet (line breaks included), padding
    ///   missing or in the wrong place. Unused bits in the last character are ignored, as RFC 4648 § 3.5 allows.
    package static func decode(_ text: some StringProtocol) -> ByteBuffer? {
        decode(text.utf8)
    }

    package static func decode(_ text: some Sequence<UInt8>) -> ByteBuffer? {
        let result = text.withContiguousStorageIfAvailable { decode(UnsafeRawBufferPointer($0)) }
        return result ?? Array(text).withUnsafeBytes { decode($0) }
    }

    /// Writes `encodedCount` bytes of text.
    private static func encode(_ bytes: UnsafeRawBufferPointer, to text: UnsafeMutableRawBufferPointer) {
        let alphabet = alphabet.utf8Start
        var position = 0
        var index = 0
        func write(_ bits: UInt32, characters: Int) {
            for place in 0..<4 {
                let sextet = Int(truncatingIfNeeded: bits >> (18 - 6 * UInt32(place)) & 0x3F)
                text[position + place] = place < characters ? alphabet[sextet] : padding
            }
            position += 4
        }
        while index + 3 <= bytes.count {
            write(
                UInt32(bytes[index]) << 16 | UInt32(bytes[index + 1]) << 8 | UInt32(bytes[index + 2]), characters: 4)
            index += 3
        }
        switch bytes.count - index {
        case 1: write(UInt32(bytes[index]) << 16, characters: 2)
        case 2: write(UInt32(bytes[index]) << 16 | UInt32(bytes[index + 1]) << 8, characters: 3)
        default: break
        }
    }

    private static func decode(_ text: UnsafeRawBufferPointer) -> ByteBuffer? {
        guard text.count.isMultiple(of: 4) else { return nil }
        var unpadded = text[...]
        for _ in 0..<2 where unpadded.last == padding { unpadded.removeLast() }

        var output = ByteBufferAllocator().buffer(capacity: unpadded.count * 3 / 4)
        var bits: UInt32 = 0
        var bitCount = 0
        var isValid = true
        output.writeWithUnsafeMutableBytes(minimumWritableBytes: unpadded.count * 3 / 4) { bytes in
            var count = 0
            for character in unpadded {
                guard let sextet = sextet(character) else {
                    isValid = false
                    break
                }
                bits = bits << 6 | UInt32(sextet)
                bitCount += 6
                guard bitCount >= 8 else { continue }
                bitCount -= 8
                bytes[count] = UInt8(truncatingIfNeeded: bits >> UInt32(bitCount))
                count += 1
            }
            return count
        }
        return isValid ? output : nil
    }

    private static func sextet(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): character - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
