import SluiceTopics

/// Publishes bursts and pauses to several topics, one event after the other, so that the order is known.
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
        connection = HTTPConnection(try Socket(port: gateway.port, lifetime: .seconds(3600)))
    }

    mutating func publish(to truth: FleetTruth) throws {
        for _ in 0..<Int.random(in: 1...200, using: &generator) {
            let topic = topics[Int.random(in: 0..<topics.count, using: &generator)]
            // Some events are large, so that sockets fill.
            let size = Int.random(in: 0..<20, using: &generator) == 0 ? 20_000 : 50
            try publish(topic, size: size, to: truth)
        }
        // A pause that the clients can catch up in.
        _ = try connection.socket.brings(withinMilliseconds: Int32.random(in: 0...50, using: &generator))
    }

    /// One last event on each topic, so that every client knows when it has seen all.
    mutating func finish(_ truth: FleetTruth) throws {
        for topic in topics { try publish(topic, size: 50, to: truth) }
        truth.finish()
    }

    private mutating func publish(_ topic: Topic, size: Int, to truth: FleetTruth) throws {
        number += 1
        let data = "\(number) " + String(repeating: "x", count: size)
        let answer = try connection.ask("POST", "/topics/\(topic)", body: data)
        guard answer.status == 201, let cursor = Cursor(try answer.json(Stored.self).id) else {
            throw ClientError.unexpected("\(answer.status) \(answer.text)")
        }
        truth.add(FleetTruth.Entry(position: cursor.position, topic: topic, data: data))
    }
}
