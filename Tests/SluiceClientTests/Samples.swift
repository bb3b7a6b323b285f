import NIOCore
import SluiceTopics

@testable import SluiceClient

/// What the tests of both wires talk about.
enum Sample {
    static func event(_ id: String, topic: String = "chat", data: String = "hello") throws -> ReceivedEvent {
        ReceivedEvent(
            id: id, topic: try Topic(topic), type: nil, time: "2025-06-30T12:34:56.789Z", payload: Payload(text: data))
    }

    static func envelope(_ id: String, topic: String = "chat", data: String = "hello") -> String {
        #"{"id":"\#(id)","topic":"\#(topic)","time":"2025-06-30T12:34:56.789Z","data":"\#(data)"}"#
    }

    static func patterns(_ texts: String...) throws -> [Pattern] {
        try texts.map { try Pattern($0) }
    }
}
