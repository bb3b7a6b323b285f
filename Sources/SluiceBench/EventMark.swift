/// What the data of each event begins with. Subscribers look for it in whatever bytes a server sends, so that it need not be
/// known how the server frames or wraps data.
struct EventMark: Hashable {
    /// When the event was to be published, in nanoseconds of the system's monotonic clock, which all processes share.
    var due: UInt64
    var publisher: UInt16
    /// Of the publisher's events on the topic, which, from 0 on.
    var number: UInt32

    /// The number of events that are not measured.
    static let warmUp = UInt32.max

    /// Of the text: `@@` time `#` publisher number `@@`, in hexadecimal digits. No JSON text escapes any of it.
    static let length = 2 + 16 + 1 + 4 + 8 + 2

    var text: String {
        "@@\(Self.hexadecimal(due, 16))#\(Self.hexadecimal(UInt64(publisher), 4))"
            + "\(Self.hexadecimal(UInt64(number), 8))@@"
    }

    private static func hexadecimal(_ number: UInt64, _ digits: Int) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }

    init(due: UInt64, publisher: UInt16, number: UInt32) {
        self.due = due
        self.publisher = publisher
        self.number = number
    }

    /// - Parameter bytes: of `length`; nil when they are something else.
    init?(_ bytes: UnsafeRawBufferPointer) {
        let (at, hash) = (UInt8(ascii: "@"), UInt8(ascii: "#"))
        guard bytes.count == Self.length, bytes[0] == at, bytes[1] == at, bytes[18] == hash, bytes[31] == at,
            bytes[32] == at
        else { return nil }
        guard let due = Self.number(bytes[2..<18]), let publisher = Self.number(bytes[19..<23]),
            let number = Self.number(bytes[23..<31])
        else { return nil }
        self.init(due: due, publisher: UInt16(publisher), number: UInt32(number))
    }

    private static func number(_ digits: Slice<UnsafeRawBufferPointer>) -> UInt64? {
        var number: UInt64 = 0
        for byte in digits {
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            default: return nil
            }
            number = number << 4 | UInt64(digit)
        }
        return number
    }
}

/// Finds the marks in bytes as they come, also one that comes in parts.
struct EventMarkScanner {
    /// The end of what came so far, when a mark may begin in it.
    private var rest: [UInt8] = []

    mutating func scan(_ bytes: UnsafeRawBufferPointer, _ found: (EventMark) -> Void) {
        if rest.isEmpty {
            let end = Self.marks(in: bytes, found)
            if end < bytes.count { rest = Array(bytes[end...]) }
        } else {
            rest += bytes
            let end = rest.withUnsafeBytes { Self.marks(in: $0, found) }
            rest.removeFirst(end)
        }
    }

    /// - Returns: from where on the bytes have to be looked at again, with those that follow.
    private static func marks(in bytes: UnsafeRawBufferPointer, _ found: (EventMark) -> Void) -> Int {
        var place = 0
        while let next = bytes[place...].firstIndex(of: UInt8(ascii: "@")) {
            guard bytes.count - next >= EventMark.length else { return next }
            if let mark = EventMark(UnsafeRawBufferPointer(rebasing: bytes[next..<next + EventMark.length])) {
                found(mark)
                place = next + EventMark.length
            } else {
                place = next + 1
            }
        }
        return bytes.count
    }
}
