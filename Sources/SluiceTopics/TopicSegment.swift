/// One segment of a name, as a key: it points into the name, so that looking one up copies nothing.
@usableFromInline
struct TopicSegment: Sendable {
    let name: String
    // Bytes of UTF-8; a name has at most 1024.
    let start: UInt16
    let end: UInt16

    /// The bytes `start..<end` of a valid name.
    @usableFromInline
    init(_ name: String, from start: Int, to end: Int) {
        self.name = name
        self.start = UInt16(start)
        self.end = UInt16(end)
    }

    /// A segment that is the whole of its name.
    @usableFromInline
    init(_ segment: String) {
        self.init(segment, from: 0, to: segment.utf8.count)
    }

    private func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        name.withBytes { body(UnsafeBufferPointer(rebasing: $0[Int(start)..<Int(end)])) }
    }
}

extension TopicSegment: Hashable {
    @usableFromInline
    static func == (left: TopicSegment, right: TopicSegment) -> Bool {
        left.withBytes { left in right.withBytes { right in areEqual(left, right) } }
    }

    @usableFromInline
    func hash(into hasher: inout Hasher) {
        withBytes { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        hasher.combine(UInt8.max)
    }
}
