package import NIOCore
package import SluiceTopics
internal import SluiceWire

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

    /// - Parameter ref: for `webSocketJSON`, the JSON text of the subscription's reference while it replays.
    package func encode(_ event: Event, epoch: Epoch, ref: String? = nil) -> ByteBuffer {
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
            return WebSocketFrame.encode(event.payload.encoding == .text ? .text : .binary, event.payload.data)
        case .webSocketJSON:
            var json = ByteBuffer()
            json.reserveCapacity(event.payload.data.readableBytes + 256)
            json.writeString(#"{"op":"event","#)
            if let ref { json.writeString("\"ref\":\(ref),") }
            EventEnvelope.writeMembers(event, id: id, into: &json)
            json.writeString("}")
            return WebSocketFrame.encode(.text, json)
        }
    }
}
