package import NIOCore

/// Reads a `text/event-stream` as a browser does (HTML Standard § 9.2.6).
///
/// Append what was read, then call `next()` until it returns nil. A block that the stream's end cuts short is never
/// dispatched; `hasUnfinishedEvent` tells that there was one. Bytes that are not UTF-8 become U+FFFD.
package struct EventStreamParser: Sendable {
    private let maximumEventBytes: Int
    private var inbound = InboundBytes()
    /// How many bytes of the unfinished line are known to hold no line end.
    private var scanned = 0
    /// The last line ended with CR, so a LF that comes first now belongs to it.
    private var skipsLineFeed = false
    private var isAtStart = true
    private var isFinished = false

    /// The standard's data buffer: each line followed by LF.
    private var data = ByteBuffer()
    /// The standard's event type buffer.
    private var type = ""
    /// The standard's last event ID buffer.
    private var idBuffer = ""
    /// Whether the block has set the last event ID buffer.
    private var hasID = false

    /// What a browser would send as `Last-Event-ID`: the last event ID of the last block that ended.
    package private(set) var lastEventID = ""

    /// - Parameter maximumEventBytes: the limit for an event's data, type and id together, as they arrive; a byte
    ///   that is not UTF-8 becomes three. A line may have eight bytes more, which is room for the name of its field.
    ///   At most about twice as much is held.
    package init(maximumEventBytes: Int) {
        precondition(maximumEventBytes >= 0, "an event's size is not negative")
        self.maximumEventBytes = maximumEventBytes
    }

    /// Whether there is a part of an event that its blank line did not follow yet.
    package var hasUnfinishedEvent: Bool {
        if data.readableBytes > 0 || !type.isEmpty || hasID { return true }
        guard let first = inbound.buffer.readableBytesView.first else { return false }
        return first != Self.colon
    }

    package mutating func append(_ bytes: ByteBuffer) {
        if !isFinished { inbound.append(bytes) }
    }

    /// The next item, or nil when more bytes are needed.
    ///
    /// - Throws: when an event or a line is too large, once. The parser is finished then and ignores what follows.
    package mutating func next() throws(EventStreamError) -> EventStreamItem? {
        guard !isFinished, skipByteOrderMark() else { return nil }
        do {
            while let line = try nextLine() {
                if let item = try interpret(line) { return item }
            }
        } catch {
            let lastEventID = lastEventID
            self = EventStreamParser(maximumEventBytes: maximumEventBytes)
            self.lastEventID = lastEventID
            isFinished = true
            throw error
        }
        inbound.compact()
        return nil
    }
}

// MARK: - Lines

extension EventStreamParser {
    private static let carriageReturn: UInt8 = 0x0D
    private static let lineFeed: UInt8 = 0x0A
    private static let colon = UInt8(ascii: ":")
    private static let space = UInt8(ascii: " ")

    /// One byte order mark at the very beginning is not a part of the text (Encoding Standard § 6, "UTF-8 decode").
    ///
    /// - Returns: false when it cannot be told yet.
    private mutating func skipByteOrderMark() -> Bool {
        guard isAtStart else { return true }
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let beginning = inbound.buffer.readableBytesView.prefix(mark.count)
        if mark.starts(with: beginning) {
            guard beginning.count == mark.count else { return false }
            inbound.buffer.moveReaderIndex(forwardBy: mark.count)
        }
        isAtStart = false
        return true
    }

    /// The next line without its end, which is CRLF, LF or CR. A CR ends the line at once, so that an event is not
    /// held back until it is known whether a LF follows.
    private mutating func nextLine() throws(EventStreamError) -> ByteBuffer? {
        guard let first = inbound.buffer.readableBytesView.first else { return nil }
        if skipsLineFeed {
            skipsLineFeed = false
            if first == Self.lineFeed { inbound.buffer.moveReaderIndex(forwardBy: 1) }
        }
        let (length, end) = inbound.buffer.withUnsafeReadableBytes { bytes in
            let index = ByteScan.firstLineEnd(in: bytes, from: scanned)
            return (index, index < bytes.count ? bytes[index] : nil)
        }
        guard length - 8 <= maximumEventBytes else { throw tooLarge("a line") }
        guard let end else {
            scanned = length
            return nil
        }
        scanned = 0
        skipsLineFeed = end == Self.carriageReturn
        let line = inbound.buffer.readSlice(length: length)
        inbound.buffer.moveReaderIndex(forwardBy: 1)
        return line
    }

    private func tooLarge(_ what: String) -> EventStreamError {
        EventStreamError(code: .tooLarge, message: "\(what) of the event stream exceeds \(maximumEventBytes) bytes")
    }
}

// MARK: - Fields

extension EventStreamParser {
    private mutating func interpret(_ line: ByteBuffer) throws(EventStreamError) -> EventStreamItem? {
        let bytes = line.readableBytesView
        guard !bytes.isEmpty else { return dispatch() }
        guard let colon = bytes.firstIndex(of: Self.colon) else {
            return try set(bytes, to: bytes[bytes.endIndex...])
        }
        var value = bytes[(colon + 1)...]
        if value.first == Self.space { value = value.dropFirst() }
        if colon == bytes.startIndex { return .comment(String(decoding: value, as: UTF8.self)) }
        return try set(bytes[..<colon], to: value)
    }

    private mutating func set(
        _ field: ByteBufferView, to value: ByteBufferView
    ) throws(EventStreamError) -> EventStreamItem? {
        if field.elementsEqual("data".utf8) {
            data.writeBytes(value)
            data.writeInteger(Self.lineFeed)
        } else if field.elementsEqual("event".utf8) {
            type = String(decoding: value, as: UTF8.self)
        } else if field.elementsEqual("id".utf8) {
            if value.contains(0) { return nil }
            idBuffer = String(decoding: value, as: UTF8.self)
            hasID = true
        } else if field.elementsEqual("retry".utf8) {
            return Self.retry(value)
        } else {
            return nil
        }
        let idBytes = hasID ? idBuffer.utf8.count : 0
        // The last LF of the data buffer is not a part of the data.
        if max(data.readableBytes - 1, 0) + type.utf8.count + idBytes > maximumEventBytes {
            throw tooLarge("an event")
        }
        return nil
    }

    private static func retry(_ value: ByteBufferView) -> EventStreamItem? {
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard !value.isEmpty, value.allSatisfy(digits.contains) else { return nil }
        return .retry(milliseconds: Int(String(decoding: value, as: UTF8.self)) ?? .max)
    }

    private mutating func dispatch() -> EventStreamItem? {
        lastEventID = idBuffer
        defer {
            data = ByteBuffer()
            type = ""
            hasID = false
        }
        guard data.readableBytes > 0 else { return hasID ? .idMoved(idBuffer) : nil }
        return .event(
            id: idBuffer, type: type.isEmpty ? nil : type,
            data: String(decoding: data.readableBytesView.dropLast(), as: UTF8.self))
    }
}
