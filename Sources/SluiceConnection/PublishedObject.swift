package import SluiceLog
internal import SluiceTopics

/// An event to publish as JSON: `{"topic","data","type"?,"contentType"?,"encoding"?,"end"?}`.
package struct PublishedObject: Decodable, Sendable {
    private let topic: String
    private let data: String
    private let type: String?
    private let contentType: String?
    private let encoding: String?
    private let end: Bool?

    /// - Throws: 400 for what cannot be published.
    package func publication() throws(Problem) -> Publication {
        let topic: Topic
        do {
            topic = try Topic(self.topic)
        } catch {
            throw .invalidTopic(error)
        }
        return Publication(
            topic: topic, type: try EventNames.type(type),
            payload: try Payload(message: data, encoding: encoding, contentType: contentType), endsTopic: end ?? false)
    }
}

extension PublishedObject {
    /// Why JSON with such objects could not be decoded.
    ///
    /// - Parameter expected: what the whole of it has to be, as a sentence.
    package static func reason(_ error: any Error, expected: String) -> String {
        func place(_ path: [any CodingKey]) -> String {
            let place = path.map { $0.intValue.map { "event \($0)" } ?? "'\($0.stringValue)'" }
            return place.isEmpty ? "it" : place.joined(separator: ", ")
        }
        switch error {
        case DecodingError.keyNotFound(let key, let context):
            return "\(place(context.codingPath)) has no '\(key.stringValue)'"
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
            return context.codingPath.isEmpty ? expected : "\(place(context.codingPath)) is of the wrong type"
        default:
            return "it is not JSON"
        }
    }
}
