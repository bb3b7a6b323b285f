import SluiceTestSupport
import SluiceTopics

/// Publishes bursts to several topics, one after the other, so that the order is known.
struct FleetPublisher {
    private let gateway: TestGateway
    private let topics: [Topic]
    private var generator: SplitMix64
    private let connection: HTTPConnection
    private var number = 0

    init(gateway: TestGateway, topics: [Topic], generator: SplitMix64) throws {
        self.gateway = gateway
        self.topics = topics
        self.generator = generator
        connection = HTTPConnection(try Socket(to: gateway.address, lifetime: .seconds(3600)))
    }

    /// A burst in one batch, and a pause that the clients can catch up in, or not.
    mutating func publish(to truth: FleetTruth) throws {
        let burst = (0..<Int.random(in: 1...60, using: &generator)).map { _ in
            // Some events are large, so that sockets fill.
            let size = Int.random(in: 0..<20, using: &generator) == 0 ? 20_000 : 50
            return (topic: topics[Int.random(in: 0..<topics.count, using: &generator)], size: size)
        }
        try publish(burst, to: truth)
        _ = try connection.socket.brings(withinMilliseconds: Int32.random(in: 0...40, using: &generator))
    }

    /// One last event on each topic, so that every client knows when it has seen all.
    mutating func finish(_ truth: FleetTruth) throws {
        try publish(topics.map { (topic: $0, size: 50) }, to: truth)
        truth.finish()
    }

    private mutating func publish(_ burst: [(topic: Topic, size: Int)], to truth: FleetTruth) throws {
        let events = burst.map { topic, size in
            number += 1
            return (topic: topic, data: "\(number) " + String(repeating: "x", count: size))
        }
        let items = events.map { #"{"topic":"\#($0.topic)","data":"\#($0.data)"}"# }
        let answer = try connection.ask("POST", "/topics", body: "[\(items.joined(separator: ","))]")
        guard answer.status == 201 else { throw ClientError.unexpected("\(answer.status) \(answer.text)") }
        for (stored, event) in zip(try answer.json([Stored].self), events) {
            guard let cursor = Cursor(stored.id) else { throw ClientError.unexpected(stored.id) }
            truth.add(FleetTruth.Entry(position: cursor.position, topic: event.topic, data: event.data))
        }
    }
}
