internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTP2
internal import SluiceClient
internal import SluiceWire

/// The subscribers of one event loop.
final class FleetShare {
    private let plan: BenchmarkPlan
    private let connection: ClientConnection
    private let eventLoop: any EventLoop
    private let window: Int
    private var subscribers: [BenchmarkSubscriber] = []
    /// The next to be connected for the first time, and how many are on their way.
    private var next = 0
    private var connecting = 0
    private var isMeasuring = false
    private var tasks: [RepeatedTask] = []
    private var churned = 0
    var deliveries = Deliveries()

    /// - Parameters:
    ///   - numbers: of the plan's subscribers, those that are here.
    ///   - part: of the plan's window and churn, what is for this loop.
    init(
        _ plan: BenchmarkPlan, numbers: StrideTo<Int>, part: Double, connection: ClientConnection,
        eventLoop: any EventLoop
    ) {
        self.plan = plan
        self.connection = connection
        self.eventLoop = eventLoop
        window = max(1, Int(Double(plan.subscribing.window) * part), plan.subscribing.streams)
        deliveries.counts.ofTopic = Array(repeating: 0, count: plan.topics)
        let slow = plan.subscribing.slow
        subscribers = numbers.map { number in
            BenchmarkSubscriber(topic: number % plan.topics, isSlow: number < slow, share: self)
        }
        let churn = plan.subscribing.churn * part
        if churn > 0 {
            tasks.append(repeating(every: .nanoseconds(Int64(1e9 / churn))) { $0.replaceOne() })
        }
        if subscribers.contains(where: \.isSlow) {
            tasks.append(
                repeating(every: .seconds(1)) { share in
                    for subscriber in share.subscribers where subscriber.isSlow { subscriber.channel?.read() }
                })
        }
    }

    private func repeating(every time: TimeAmount, _ body: @escaping (FleetShare) -> Void) -> RepeatedTask {
        let bound = NIOLoopBound((self, body), eventLoop: eventLoop)
        return eventLoop.scheduleRepeatedTask(initialDelay: time, delay: time) { _ in
            let (share, body) = bound.value
            body(share)
        }
    }

    /// What was seen before is not measured; from now on connections are replaced, if the plan wants that.
    func begin() {
        isMeasuring = true
        let counts = deliveries.counts
        let handshake = deliveries.handshake
        deliveries = Deliveries()
        deliveries.counts = counts
        deliveries.counts.delivered = 0
        deliveries.handshake = handshake
        for subscriber in subscribers { subscriber.begin() }
    }

    func close() {
        for task in tasks { task.cancel() }
        tasks = []
        for subscriber in subscribers { subscriber.close() }
        subscribers = []
    }

    // MARK: Connecting

    func connect() {
        let step = max(1, plan.subscribing.streams)
        while next < subscribers.count, connecting + step <= window {
            let end = min(next + step, subscribers.count)
            let group = Array(subscribers[next..<end])
            next = end
            connecting += group.count
            open(group, joinsLate: false)
        }
    }

    func opened(_ subscriber: BenchmarkSubscriber, after nanoseconds: UInt64) {
        deliveries.handshake.record(nanoseconds: nanoseconds)
        deliveries.counts.connected += 1
        if !subscriber.isSlow { deliveries.counts.ofTopic[subscriber.topic] += 1 }
        connecting -= 1
        connect()
    }

    func failed(_ reason: String) {
        deliveries.counts.failed += 1
        deliveries.counts.firstFailure = deliveries.counts.firstFailure ?? reason
        connecting -= 1
        connect()
    }

    func lost(_ subscriber: BenchmarkSubscriber, _ reason: String) {
        deliveries.counts.lost += 1
        deliveries.counts.firstFailure = deliveries.counts.firstFailure ?? reason
        deliveries.counts.connected -= 1
        if !subscriber.isSlow { deliveries.counts.ofTopic[subscriber.topic] -= 1 }
    }

    private func replaceOne() {
        guard isMeasuring, !subscribers.isEmpty else { return }
        let subscriber = subscribers[churned % subscribers.count]
        churned += 1
        guard subscriber.state == .open, !subscriber.isSlow else { return }
        subscriber.close()
        deliveries.counts.connected -= 1
        deliveries.counts.ofTopic[subscriber.topic] -= 1
        deliveries.counts.reconnected += 1
        connecting += 1
        open([subscriber], joinsLate: true)
    }

    private func open(_ group: [BenchmarkSubscriber], joinsLate: Bool) {
        for subscriber in group { subscriber.connecting(joinsLate: joinsLate) }
        let bound = NIOLoopBound((self, group), eventLoop: eventLoop)
        connection.open(on: eventLoop, receiveBuffer: group[0].isSlow ? plan.subscribing.slowBytes : nil) { channel in
            let (share, group) = bound.value
            try share.prepare(channel, for: group)
        }.whenFailure { error in
            for subscriber in bound.value.1 { subscriber.ended("\(ConnectionFault(error))") }
        }
    }

    private func prepare(_ channel: any Channel, for group: [BenchmarkSubscriber]) throws {
        let pipeline = channel.pipeline.syncOperations
        if group[0].isSlow {
            try channel.syncOptions?.setOption(
                .recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: plan.subscribing.slowBytes))
        }
        if plan.subscribing.streams > 0 { return try prepareHTTP2(channel, for: group) }
        let subscriber = group[0]
        let encoder = HTTPRequestEncoder()
        let decoder = ByteToMessageHandler(HTTPResponseDecoder(leftOverBytesStrategy: .forwardBytes))
        try pipeline.addHandlers([encoder, decoder])
        switch plan.subscribing.wire {
        case .eventStream:
            try pipeline.addHandler(BenchmarkStream(subscriber, request: streamRequest(subscriber)))
        case .webSocket:
            let upgraded = channel.eventLoop.makePromise(of: Void.self)
            upgraded.futureResult.assumeIsolated().whenFailure { error in
                subscriber.ended("\(ConnectionFault(error))")
            }
            let message = plan.subscribing.message.map { plan.text($0, topic: subscriber.topic) }
            try pipeline.addHandler(
                WebSocketUpgradeHandler(
                    request: sessionRequest(subscriber), subprotocol: plan.subscribing.subprotocol,
                    session: BenchmarkSession(subscriber, message: message), codec: [encoder, decoder],
                    upgraded: upgraded))
        }
    }

    private func prepareHTTP2(_ channel: any Channel, for group: [BenchmarkSubscriber]) throws {
        let multiplexer = try channel.pipeline.syncOperations.configureHTTP2Pipeline(
            mode: .client, connectionConfiguration: .init(), streamConfiguration: .init()
        ) { $0.eventLoop.makeSucceededVoidFuture() }
        let bound = NIOLoopBound((self, group), eventLoop: eventLoop)
        let isSecure = connection.url.isSecure
        for index in group.indices {
            multiplexer.createStreamChannel { stream in
                stream.eventLoop.makeCompletedFuture {
                    let (share, group) = bound.value
                    try stream.pipeline.syncOperations.addHandlers([
                        HTTP2FramePayloadToHTTP1ClientCodec(httpProtocol: isSecure ? .https : .http),
                        BenchmarkStream(group[index], request: share.streamRequest(group[index])),
                    ])
                }
            }.whenFailure { error in bound.value.1[index].ended("\(ConnectionFault(error))") }
        }
    }

    private func streamRequest(_ subscriber: BenchmarkSubscriber) -> HTTPRequestHead {
        connection.head(
            .GET, plan.text(plan.subscribing.path, topic: subscriber.topic), [("accept", "text/event-stream")],
            plan.subscribing.fields)
    }

    private func sessionRequest(_ subscriber: BenchmarkSubscriber) -> HTTPRequestHead {
        var generator = SystemRandomNumberGenerator()
        var fields = [
            ("upgrade", "websocket"), ("connection", "Upgrade"),
            ("sec-websocket-key", WebSocketHandshake.key(using: &generator)),
            ("sec-websocket-version", WebSocketHandshake.version),
        ]
        if let subprotocol = plan.subscribing.subprotocol { fields.append(("sec-websocket-protocol", subprotocol)) }
        return connection.head(
            .GET, plan.text(plan.subscribing.path, topic: subscriber.topic), fields, plan.subscribing.fields)
    }
}

@available(*, unavailable)
extension FleetShare: Sendable {}
