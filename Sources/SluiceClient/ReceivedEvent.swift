internal import NIOCore
package import SluiceTopics

/// An event as a subscriber gets it.
package struct ReceivedEvent: Hashable, Sendable {
    /// The event's cursor.
    package let id: String
    package let topic: Topic
    package let type: String?
    /// RFC 3339, in UTC with milliseconds.
    package let time: String
    package let payload: Payload

    package init(id: String, topic: Topic, type: String?, time: String, payload: Payload) {
        self.id = id
        self.topic = topic
        self.type = type
        self.time = time
        self.payload = payload
    }

    /// The data, if it is text.
    package var text: String? {
        switch payload.encoding {
        case .text: String(buffer: payload.data)
        case .binary: nil
        }
    }
}
