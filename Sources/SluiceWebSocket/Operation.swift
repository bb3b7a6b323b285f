internal import FoundationEssentials
package import NIOCore
package import SluiceConnection

/// An operation of a client in `sluice.v1.json`, as far as it can be understood without knowing the session.
package struct Operation: Decodable {
    enum Kind: String, Decodable {
        case subscribe, unsubscribe, publish, ping
    }

    let op: Kind
    package let ref: Reference?
    let topic: String?
    let after: String?
    let data: String?
    let type: String?
    let encoding: String?
    let contentType: String?
    let key: String?
    let end: Bool?

    /// - Throws: what is wrong, with `ref` if that much could be read.
    package init(_ message: ByteBuffer) throws(Refusal) {
        let data = Data(message.readableBytesView)
        do {
            self = try JSONDecoder().decode(Operation.self, from: data)
        } catch {
            let ref = (try? JSONDecoder().decode(OnlyReference.self, from: data))?.ref
            throw Refusal(problem: .badRequest("invalid-operation", Operation.describe(error)), ref: ref)
        }
    }

    package struct Refusal: Error {
        package let problem: Problem
        package let ref: Reference?
    }

    private struct OnlyReference: Decodable {
        let ref: Reference?
    }

    private static func describe(_ error: any Error) -> String {
        switch error {
        case DecodingError.keyNotFound(let key, _):
            "the operation has no '\(key.stringValue)'"
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
            if let key = context.codingPath.last {
                "'\(key.stringValue)' is of the wrong type"
            } else {
                "an operation is a JSON object"
            }
        case DecodingError.dataCorrupted(let context) where context.codingPath.last?.stringValue == "op":
            "'op' is 'subscribe', 'unsubscribe', 'publish' or 'ping'"
        case DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty:
            context.debugDescription
        default:
            "the message is not JSON"
        }
    }
}

/// What a client calls an operation, to know the answer by: a string or a whole number, given back as it came.
package struct Reference: Decodable, Hashable, Sendable {
    static let maximumBytes = 128

    /// The JSON text.
    package let json: String

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let number = try? container.decode(Int64.self) {
            json = String(number)
            return
        }
        guard let text = try? container.decode(String.self), text.utf8.count <= Reference.maximumBytes else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "'ref' is a string of at most \(Reference.maximumBytes) bytes or a whole number")
        }
        json = JSON.string(text)
    }
}
