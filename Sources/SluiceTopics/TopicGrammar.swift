/// The rules that topics and patterns share. They look at bytes: see `String+Bytes.swift`.
enum TopicGrammar {
    static func segments(of name: String) -> [Substring] {
        name.utf8.split(separator: .slash, omittingEmptySubsequences: false).map { Substring($0) }
    }

    /// Checks everything but the wildcards.
    static func validate(_ name: String) throws(TopicError) {
        if name.utf8.isEmpty { throw TopicError(.empty, in: name) }
        if name.utf8.count > Topic.maximumBytes { throw TopicError(.tooLong, in: name) }
        if let fault = name.withBytes(firstFault) { throw TopicError(fault, in: name) }
    }

    /// One pass, because every publish has its topic validated.
    private static func firstFault(in bytes: UnsafeBufferPointer<UInt8>) -> TopicError.Code? {
        var segmentStart = 0
        for index in 0...bytes.count {
            if index == bytes.count || bytes[index] == .slash {
                let segment = bytes[segmentStart..<index]
                if segment.isEmpty { return .emptySegment }
                if segment.count <= 2, segment.allSatisfy({ $0 == UInt8(ascii: ".") }) { return .dotSegment }
                segmentStart = index + 1
            } else if beginsControl(bytes, at: index) {
                return .controlCharacter
            }
        }
        return nil
    }

    /// The same characters as `isControl`, in UTF-8. The bytes are a whole string's, so sequences are complete.
    private static func beginsControl(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> Bool {
        switch bytes[index] {
        case 0...0x1F, 0x7F: true
        case 0xC2: bytes[index + 1] <= 0x9F
        case 0xE2: bytes[index + 1] == 0x80 && (bytes[index + 2] == 0xA8 || bytes[index + 2] == 0xA9)
        default: false
        }
    }

    /// C0, DEL and C1 (Unicode's general category Cc), and the line and paragraph separators.
    static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0...0x1F, 0x7F...0x9F, 0x2028, 0x2029: true
        default: false
        }
    }
}
