package import NIOCore

/// One published event, as the log keeps it. Immutable, and shared by all who deliver it.
package final class Event: Sendable {
    package let position: Position
    package let topic: Topic
    /// The publisher's name for the kind of event; SSE's `event:` field. Neither empty nor holding CR, LF or NUL.
    package let type: String?
    package let payload: Payload
    package let time: Timestamp
    /// Whether this is the topic's last event.
    package let isEnd: Bool

    package init(position: Position, topic: Topic, type: String?, payload: Payload, time: Timestamp, isEnd: Bool) {
        self.position = position
        self.topic = topic
        self.type = type
        self.payload = payload
        self.time = time
        self.isEnd = isEnd
    }
}

/// What a publisher sent, byte for byte, and what it said about it.
package struct Payload: Hashable, Sendable {
    package enum Encoding: Hashable, Sendable {
        /// `data` is valid UTF-8.
        case text
        case binary
    }

    package let data: ByteBuffer
    package let encoding: Encoding
    /// The publisher's media type, verbatim, if it named one.
    package let contentType: String?

    /// - Parameter data: for `.text`, bytes that are known to be valid UTF-8.
    package init(data: ByteBuffer, encoding: Encoding, contentType: String? = nil) {
        self.data = data
        self.encoding = encoding
        self.contentType = contentType
    }

    package init(text: String, contentType: String? = nil) {
        self.init(data: ByteBuffer(string: text), encoding: .text, contentType: contentType)
    }
}

/// Milliseconds since 1970-01-01T00:00:00Z.
package struct Timestamp: Hashable, Comparable, Sendable {
    package var milliseconds: Int64

    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }
}
