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

    init(_ input: WebSocketInput) throws {
        guard case .text(let text) = input else { throw NotAMessage() }
        self = try JSONDecoder().decode(Message.self, from: Data(text.readableBytesView))
    }

    struct NotAMessage: Error {}
}
