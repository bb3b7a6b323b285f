package import NIOCore
package import SluiceTopics
package import SluiceWire

/// What the bytes of a live event look like on a wire. Each is encoded once per event and loop, and the buffer is
/// shared by all subscribers of that format.
package enum DeliveryFormat: Int, CaseIterable, Sendable {
    /// An SSE block whose data is what was published.
    case eventStreamRaw
    /// An SSE block whose data is the envelope.
    case eventStreamJSON
    /// A WebSocket message that is what was published.
    case webSocketRaw
    /// A WebSocket text message: the `event` operation of `sluice.v1.json`.
    case webSocketJSON
    /// An SSE block as a provider made it, with the event's id.
    case eventStreamBlocks
    /// The same without an id, and without anything that the provider did not say.
    case eventStreamVerbatim
    /// An SSE block whose data is text that is added to an answer.
    case eventStreamText
    /// An SSE block whose data is the JSON of what is added to an answer.
    case eventStreamDeltas
    /// A WebSocket text message that is added to an answer.
    case webSocketText
    /// A WebSocket text message with the JSON of what is added to an answer.
    case webSocketDeltas

    /// - Parameters:
    ///   - ref: for `webSocketJSON`, the JSON text of the subscription's reference while it replays.
    ///   - deflater: compresses a WebSocket message, if that makes it smaller (RFC 7692 § 7.2.1).
    package func encode(
        _ event: Event, epoch: Epoch, ref: String? = nil, deflater: Deflater? = nil
    ) -> ByteBuffer {
        let id = Cursor(epoch: epoch, position: event.position).description
        switch self {
        case .eventStreamRaw:
            var buffer = ByteBuffer()
            EventStreamEncoder.raw(event, id: id, into: &buffer)
            return buffer
        case .eventStreamJSON:
            var buffer = ByteBuffer()
            EventStreamEncoder.envelope(event, id: id, into: &buffer)
            return buffer
        case .webSocketRaw:
            return frame(event.payload.encoding == .text ? .text : .binary, event.payload.data, deflater)
        case .webSocketJSON:
            var json = ByteBuffer()
            json.reserveCapacity(event.payload.data.readableBytes + 256)
            json.writeString(#"{"op":"event","#)
            if let ref { json.writeString("\"ref\":\(ref),") }
            EventEnvelope.writeMembers(event, id: id, into: &json)
            json.writeString("}")
            return frame(.text, json, deflater)
        case .eventStreamBlocks:
            return encodeBlock(event, id: id)
        case .eventStreamVerbatim:
            return encodeBlock(event, id: nil)
        case .eventStreamText, .eventStreamDeltas, .webSocketText, .webSocketDeltas:
            return encodeMerged(CollectionOfOne(event), epoch: epoch)
        }
    }

    private func frame(_ opcode: WebSocketOpcode, _ payload: ByteBuffer, _ deflater: Deflater?) -> ByteBuffer {
        guard let deflater else { return WebSocketFrame.encode(opcode, payload) }
        var compressed = ByteBuffer()
        deflater.deflate(payload, into: &compressed)
        compressed.moveWriterIndex(to: compressed.writerIndex - Deflater.tail.count)
        let isSmaller = compressed.readableBytes < payload.readableBytes
        return WebSocketFrame.encode(opcode, isSmaller ? compressed : payload, isCompressed: isSmaller)
    }
}
