internal import SluiceTopics
internal import SluiceWire

/// The envelope of an event in JSON, and whatever else is around it.
struct EventMessage: Decodable {
    let id: String
    let topic: String
    let type: String?
    let time: String
    let contentType: String?
    let encoding: String?
    let data: String

    /// - Throws: `protocolViolation` for what cannot be an event.
    func event() throws -> ReceivedEvent {
        let payload: Payload
        switch encoding {
        case nil:
            payload = Payload(text: data, contentType: contentType)
        case "base64":
            guard let bytes = Base64.decode(data) else {
                throw ClientError.violation("the data of event \(id) is not Base64")
            }
            payload = Payload(data: bytes, encoding: .binary, contentType: contentType)
        case let other?:
            throw ClientError.violation("the data of event \(id) is encoded as '\(other)', which is not known")
        }
        do {
            return ReceivedEvent(id: id, topic: try Topic(topic), type: type, time: time, payload: payload)
        } catch {
            throw ClientError.violation("event \(id) has a wrong topic: \(error)")
        }
    }
}
