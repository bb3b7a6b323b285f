/// Checks that bytes are UTF-8 as they arrive, however they are cut.
///
/// Accepts exactly the well-formed byte sequences of Table 3-7 of the Unicode Standard (RFC 3629 § 4): no overlong
/// forms, no surrogates, nothing beyond U+10FFFF.
package struct UTF8Validator: Hashable, Sendable {
    /// How many continuation bytes the unfinished character still needs, 0 to 3.
    private var missing: UInt8 = 0
    /// The range of the next continuation byte. Only the second byte of a character has a narrower one than 80…BF.
    private var lowest: UInt8 = 0x80
    private var highest: UInt8 = 0xBF
    private var isInvalid = false

    package init() {}

    /// Whether everything so far is valid and ends with a whole character.
    package var isComplete: Bool { missing == 0 && !isInvalid }

    /// Takes the next bytes.
    ///
    /// - Returns: whether everything so far can be the beginning of valid text. Once false it stays false.
    package mutating func consume(_ bytes: UnsafeRawBufferPointer) -> Bool {
        if isInvalid { return false }
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if missing > 0 {
                guard (lowest...highest).contains(byte) else { return fail() }
                (lowest, highest) = (0x80, 0xBF)
                missing -= 1
                index += 1
            } else if byte < 0x80 {
                index = Self.endOfASCII(in: bytes, from: index + 1)
            } else {
                guard begin(with: byte) else { return fail() }
                index += 1
            }
        }
        return true
    }

    package mutating func consume(_ bytes: some Sequence<UInt8>) -> Bool {
        let result = bytes.withContiguousStorageIfAvailable { consume(UnsafeRawBufferPointer($0)) }
        return result ?? Array(bytes).withUnsafeBytes { consume($0) }
    }

    private mutating func begin(with byte: UInt8) -> Bool {
        switch byte {
        case 0xC2...0xDF: missing = 1
        case 0xE0: (missing, lowest) = (2, 0xA0)
        case 0xE1...0xEC, 0xEE...0xEF: missing = 2
        case 0xED: (missing, highest) = (2, 0x9F)
        case 0xF0: (missing, lowest) = (3, 0x90)
        case 0xF1...0xF3: missing = 3
        case 0xF4: (missing, highest) = (3, 0x8F)
        default: return false
        }
        return true
    }

    private mutating func fail() -> Bool {
        isInvalid = true
        return false
    }

    /// The first index at or after `start` whose byte is not ASCII.
    private static func endOfASCII(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        ByteScan.first(in: bytes, from: start, word: { $0 & ByteScan.highBits }, byte: { $0 >= 0x80 })
    }
}
