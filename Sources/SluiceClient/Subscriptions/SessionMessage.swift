internal import FoundationEssentials
internal import NIOCore

/// A message of the gateway in `sluice.v1.json`.
enum SessionMessage {
    case subscribed(ref: Int, cursor: String?)
    case event(ReceivedEvent, ref: Int?)
    case live(ref: Int, cursor: String)
    case gap(topic: String, after: String?, oldest: String?, ref: Int?)
    case end(topic: String)
    case error(code: String, message: String)
    case heartbeat(cursor: String?)
    /// What this client does not ask for, or does not know yet.
    case other

    /// - Throws: `protocolViolation`.
    init(_ text: ByteBuffer) throws {
        let data = Data(text.readableBytesView)
        do {
            let fields = try JSONDecoder().decode(Fields.self, from: data)
            switch fields.op {
            case "event":
                self = .event(try JSONDecoder().decode(EventMessage.self, from: data).event(), ref: fields.ref)
            case "subscribed": self = .subscribed(ref: try Self.required(fields.ref), cursor: fields.cursor)
            case "live": self = .live(ref: try Self.required(fields.ref), cursor: try Self.required(fields.cursor))
            case "gap":
                self = .gap(
                    topic: try Self.required(fields.topic), after: fields.after, oldest: fields.oldest, ref: fields.ref)
            case "end": self = .end(topic: try Self.required(fields.topic))
            case "error":
                self = .error(code: try Self.required(fields.code), message: try Self.required(fields.message))
            case "heartbeat": self = .heartbeat(cursor: fields.cursor)
            default: self = .other
            }
        } catch let error as ClientError {
            throw error
        } catch {
            throw SessionMessage.unreadable
        }
    }

    private static let unreadable = ClientError.violation(
        "the session is not a gateway's: a message that cannot be read")

    private static func required<Value>(_ value: Value?) throws -> Value {
        guard let value else { throw unreadable }
        return value
    }

    private struct Fields: Decodable {
        let op: String
        let ref: Int?
        let cursor: String?
        let topic: String?
        let after: String?
        let oldest: String?
        let code: String?
        let message: String?
    }
}
