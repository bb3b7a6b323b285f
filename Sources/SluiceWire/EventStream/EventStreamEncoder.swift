package import NIOCore
package import SluiceTopics

/// Writes the blocks of a `text/event-stream` (HTML Standard § 9.2.5). Each function appends one whole block, the
/// blank line included.
///
/// Nothing that is passed in can forge a field or a block: a line end in data begins another `data:` line, and in an
/// id, a type or a comment CR, LF and NUL are left out.
package enum EventStreamEncoder {
    /// An event. The client gets `data` with every CRLF and CR turned into LF.
    ///
    /// - Parameters:
    ///   - id: nil to leave the client's last event ID as it is.
    ///   - type: nil for a `message`.
    ///   - data: valid UTF-8; its readable bytes. NUL is data like any other character.
    package static func event(id: String?, type: String?, data: ByteBuffer, into output: inout ByteBuffer) {
        block(id: id, type: type, dataBytes: data.readableBytes, into: &output) { output in
            data.withUnsafeReadableBytes { writeLines($0, into: &output) }
        }
    }

    /// An event with binary data, which the client gets as Base64 (RFC 4648 § 4).
    package static func event(id: String?, type: String?, base64 data: ByteBuffer, into output: inout ByteBuffer) {
        block(id: id, type: type, dataBytes: Base64.encodedCount(of: data.readableBytes), into: &output) { output in
            output.writeStaticString("data: ")
            Base64.encode(data, into: &output)
            output.writeInteger(lineFeed)
        }
    }

    /// A published event as it is, binary data as Base64: `format=raw`.
    package static func raw(_ event: Event, id: String, into output: inout ByteBuffer) {
        switch event.payload.encoding {
        case .text: self.event(id: id, type: event.type, data: event.payload.data, into: &output)
        case .binary: self.event(id: id, type: event.type, base64: event.payload.data, into: &output)
        }
    }

    /// A published event whose data is its envelope: `format=json`.
    package static func envelope(_ event: Event, id: String, into output: inout ByteBuffer) {
        let dataBytes = EventEnvelope.estimatedBytes(event, id: id)
        block(id: id, type: event.type, dataBytes: dataBytes, into: &output) { output in
            output.writeStaticString("data: ")
            EventEnvelope.write(event, id: id, into: &output)
            output.writeInteger(lineFeed)
        }
    }

    /// A block that moves the client's last event ID and dispatches nothing.
    package static func id(_ id: String, into output: inout ByteBuffer) {
        writeField("id: ", id, into: &output)
        output.writeInteger(lineFeed)
    }

    /// A block that the client ignores.
    package static func comment(_ text: String, into output: inout ByteBuffer) {
        writeField(": ", text, into: &output)
        output.writeInteger(lineFeed)
    }

    /// How long the client is to wait before it reconnects.
    package static func retry(milliseconds: Int, into output: inout ByteBuffer) {
        precondition(milliseconds >= 0, "a reconnection time is not negative")
        writeField("retry: ", String(milliseconds), into: &output)
        output.writeInteger(lineFeed)
    }

    private static let lineFeed: UInt8 = 0x0A

    private static func block(
        id: String?, type: String?, dataBytes: Int, into output: inout ByteBuffer,
        writeData: (inout ByteBuffer) -> Void
    ) {
        let fieldBytes = (id?.utf8.count ?? 0) + (type?.utf8.count ?? 0)
        output.reserveCapacity(minimumWritableBytes: 32 + fieldBytes + dataBytes)
        if let id { writeField("id: ", id, into: &output) }
        if let type { writeField("event: ", type, into: &output) }
        writeData(&output)
        output.writeInteger(lineFeed)
    }

    private static func writeField(_ name: StaticString, _ value: String, into output: inout ByteBuffer) {
        output.writeStaticString(name)
        if value.utf8.contains(where: isForbidden) {
            output.writeBytes(value.utf8.filter { !isForbidden($0) })
        } else {
            output.writeString(value)
        }
        output.writeInteger(lineFeed)
    }

    private static func isForbidden(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D || byte == 0 }

    private static func writeLines(_ data: UnsafeRawBufferPointer, into output: inout ByteBuffer) {
        var start = 0
        while true {
            let end = ByteScan.firstLineEnd(in: data, from: start)
            output.writeStaticString("data: ")
            output.writeBytes(UnsafeRawBufferPointer(rebasing: data[start..<end]))
            output.writeInteger(lineFeed)
            guard end < data.count else { return }
            let isPair = data[end] == 0x0D && end + 1 < data.count && data[end + 1] == lineFeed
            start = end + (isPair ? 2 : 1)
        }
    }
}
