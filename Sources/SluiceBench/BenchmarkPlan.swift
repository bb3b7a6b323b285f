/// What a benchmark does: who subscribes to what, and what is published how fast.
///
/// In paths, bodies and first messages `{topic}` stands for a topic's name, and in bodies `{data}` for an event's data.
package struct BenchmarkPlan: Codable, Sendable {
    package enum Wire: String, Codable, Sendable, CaseIterable {
        case eventStream = "sse"
        case webSocket = "ws"
    }

    package struct Field: Codable, Sendable, Hashable {
        package var name: String
        package var value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    package struct Subscribing: Codable, Sendable {
        /// `http`, `https`, `ws` or `wss`.
        package var url: String
        package var wire = Wire.eventStream
        package var count = 100
        package var path = "/topics/{topic}"
        package var fields: [Field] = []
        /// Of WebSocket, what to ask for.
        package var subprotocol: String?
        /// Of WebSocket, what to send when the session is open.
        package var message: String?
        /// Event streams over HTTP/2, so many on one connection; 0 for HTTP/1.1.
        package var streams = 0
        /// How many may be on their way to be connected at a time.
        package var window = 200
        /// So many of them read slowly, `slowBytes` a second; what comes to them is counted apart.
        package var slow = 0
        package var slowBytes = 4096
        /// So many a second are closed, each replaced by a new one at once.
        package var churn = 0.0

        package init(url: String) { self.url = url }
    }

    package struct Publishing: Codable, Sendable {
        package var url: String
        package var method = "POST"
        package var path = "/topics/{topic}"
        package var fields: [Field] = []
        package var contentType = "text/plain"
        package var body = "{data}"
        /// Connections, each with its own share of the events.
        package var publishers = 1
        /// All events together; 0 to publish nothing.
        package var events = 1000
        /// Of an event's data, at least `EventMark.length`.
        package var bytes = 128
        /// Events a second of all publishers together, on time whatever the answers do; nil for the next as soon as an answer
        /// has come.
        package var rate: Double?
        /// The most requests of one publisher that wait for their answers.
        package var inFlight = 1

        package init(url: String) { self.url = url }
    }

    package var subscribing: Subscribing
    package var publishing: Publishing
    /// Subscribers and events are spread evenly over so many topics.
    package var topics = 1
    /// With `{number}` for the topic's.
    package var topic = "bench/{number}"
    /// Seconds between the last connection and the first event.
    package var settling = 1.0
    /// Events to each topic before those that are measured.
    package var warmUp = 1
    /// For so many seconds without any progress it is waited.
    package var patience = 10.0
    package var eventLoops = 1
    /// PEM file with the authorities to trust instead of the system's.
    package var authority: String?

    package init(url: String) {
        subscribing = Subscribing(url: url)
        publishing = Publishing(url: url)
    }

    func topicName(_ number: Int) -> String {
        topic.replacing("{number}", with: "\(number)")
    }

    /// A text of the plan for one topic.
    func text(_ template: String, topic number: Int) -> String {
        template.replacing("{topic}", with: topicName(number))
    }
}
