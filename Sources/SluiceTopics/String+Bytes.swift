// Topics are compared as bytes, but `String` compares by canonical equivalence: to it, a composed and a decomposed
// `é` are equal, and a `/` with a combining mark behind it is not a `/`. Whatever decides about a name therefore
// works on its UTF-8, with these.

extension String {
    /// Lends the string's UTF-8. Does not copy unless the string is a bridged one.
    @inlinable
    package func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        if let result = utf8.withContiguousStorageIfAvailable(body) { return result }
        var contiguous = self
        return contiguous.withUTF8(body)
    }

    /// Whether both are the same UTF-8.
    package func hasSameBytes(as other: String) -> Bool {
        guard utf8.count == other.utf8.count else { return false }
        return withBytes { left in other.withBytes { right in areEqual(left, right) } }
    }

    /// Feeds the UTF-8 to a hasher. Equal exactly when `hasSameBytes(as:)` is true.
    package func hashBytes(into hasher: inout Hasher) {
        withBytes { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        hasher.combine(UInt8.max)  // Never a byte of UTF-8, so it keeps what is hashed next apart.
    }
}

/// Compares eight bytes at a time: dictionaries of topics do this on the hot path.
func areEqual(_ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>) -> Bool {
    guard left.count == right.count else { return false }
    let left = UnsafeRawBufferPointer(left)
    let right = UnsafeRawBufferPointer(right)
    var offset = 0
    while offset + 8 <= left.count {
        let isSame =
            left.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            == right.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        guard isSame else { return false }
        offset += 8
    }
    while offset < left.count {
        guard left[offset] == right[offset] else { return false }
        offset += 1
    }
    return true
}

extension UInt8 {
    @inlinable static var slash: UInt8 { UInt8(ascii: "/") }
    @inlinable static var star: UInt8 { UInt8(ascii: "*") }
    @inlinable static var dollar: UInt8 { UInt8(ascii: "$") }
}
