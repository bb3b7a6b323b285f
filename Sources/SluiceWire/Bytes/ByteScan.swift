/// Finds bytes in memory, eight at a time.
///
/// The word tests are those of "Bit Twiddling Hacks" (haszero, hasless). A test may be wrong about the bytes that come
/// after a match in the same word, never about the first one.
enum ByteScan {
    static let highBits: UInt64 = 0x8080_8080_8080_8080
    private static let lowBits: UInt64 = 0x0101_0101_0101_0101

    /// - Parameters:
    ///   - word: sets the high bit of each byte that is looked for. The first byte in memory is the lowest.
    ///   - byte: the same for one byte.
    /// - Returns: the index of the first match at or after `start`, or `bytes.count`.
    @inline(__always)
    static func first(
        in bytes: UnsafeRawBufferPointer, from start: Int, word: (UInt64) -> UInt64, byte: (UInt8) -> Bool
    ) -> Int {
        var index = start
        while index + 8 <= bytes.count {
            let eight = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            let matches = word(eight)
            if matches != 0 { return index + matches.trailingZeroBitCount / 8 }
            index += 8
        }
        while index < bytes.count, !byte(bytes[index]) { index += 1 }
        return index
    }

    /// The first CR or LF.
    static func firstLineEnd(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        first(
            in: bytes, from: start,
            word: { equal($0, 0x0A) | equal($0, 0x0D) },
            byte: { $0 == 0x0A || $0 == 0x0D })
    }

    @inline(__always)
    static func equal(_ word: UInt64, _ byte: UInt8) -> UInt64 {
        let difference = word ^ (lowBits &* UInt64(byte))
        return (difference &- lowBits) & ~difference & highBits
    }

    /// - Parameter limit: at most 128.
    @inline(__always)
    static func less(_ word: UInt64, than limit: UInt8) -> UInt64 {
        (word &- (lowBits &* UInt64(limit))) & ~word & highBits
    }
}
