package import NIOCore
package import SluiceTopics

/// An event as JSON, the same on every wire:
/// `{"id","topic","type"?,"time","contentType"?,"encoding"?,"data"}`.
///
/// `data` is a string; when `encoding` is `base64` it is the Base64 of bytes.
package enum EventEnvelope {
    /// Appends the object.
    ///
    /// - Parameter id: the event's cursor.
    package static func write(_ event: Event, id: String, into output: inout ByteBuffer) {
        output.writeInteger(UInt8(ascii: "{"))
        writeMembers(event, id: id, into: &output)
        output.writeInteger(UInt8(ascii: "}"))
    }

    /// Appends the object's members without the braces, to be a part of a larger object. The text neither begins nor
    /// ends with a comma.
    package static func writeMembers(_ event: Event, id: String, into output: inout ByteBuffer) {
        output.reserveCapacity(minimumWritableBytes: estimatedBytes(event, id: id))
        output.writeStaticString("\"id\":")
        JSONText.writeString(id, into: &output)
        output.writeStaticString(",\"topic\":")
        JSONText.writeString(event.topic.name, into: &output)
        if let type = event.type {
            output.writeStaticString(",\"type\":")
            JSONText.writeString(type, into: &output)
        }
        output.writeStaticString(",\"time\":\"")
        event.time.writeRFC3339(into: &output)
        output.writeInteger(UInt8(ascii: "\""))
        if let contentType = event.payload.contentType {
            output.writeStaticString(",\"contentType\":")
            JSONText.writeString(contentType, into: &output)
        }
        switch event.payload.encoding {
        case .text:
            output.writeStaticString(",\"data\":")
            JSONText.writeString(event.payload.data, into: &output)
        case .binary:
            output.writeStaticString(",\"encoding\":\"base64\",\"data\":\"")
            Base64.encode(event.payload.data, into: &output)
            output.writeInteger(UInt8(ascii: "\""))
        }
    }

    /// About how much memory the envelope takes: exact but for what has to be escaped.
    package static func estimatedBytes(_ event: Event, id: String) -> Int {
        let data = event.payload.data.readableBytes
        return 128 + id.utf8.count + event.topic.name.utf8.count + (event.type?.utf8.count ?? 0)
            + (event.payload.contentType?.utf8.count ?? 0)
            + (event.payload.encoding == .text ? data : Base64.encodedCount(of: data))
    }
}
