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
