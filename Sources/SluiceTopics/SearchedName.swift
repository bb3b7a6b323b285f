/// A topic's name while a trie is searched for it.
@usableFromInline
struct SearchedName {
    @usableFromInline let text: String
    /// The same, lent by it.
    @usableFromInline let bytes: UnsafeBufferPointer<UInt8>

    @inlinable
    init(text: String, bytes: UnsafeBufferPointer<UInt8>) {
        self.text = text
        self.bytes = bytes
    }

    @inlinable
    func endOfSegment(from start: Int) -> Int {
        var end = start
        while end < bytes.count, bytes[end] != .slash { end += 1 }
        return end
    }
}
