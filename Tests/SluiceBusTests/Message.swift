import FoundationEssentials
import NIOCore
import SluiceTopics
import SluiceWire

/// An `event` of `sluice.v1.json` as a client reads it.
struct Message: Decodable {
    let op: String
    let ref: Int?
    let id: String
    let topic: String
    let data: String

    var position: Position? { Cursor(id)?.position }

    /// - Parameter frame: one whole frame.
    init(_ frame: ByteBuffer) throws {
        var receiver = WebSocketReceiver(role: .client, maximumMessageBytes: 1 << 20)
        receiver.append(frame)
        guard case .text(let text) = try receiver.next() else { throw NotAMessage() }
        self = try JSONDecoder().decode(Message.self, from: Data(text.readableBytesView))
    }

    struct NotAMessage: Error {}
}
