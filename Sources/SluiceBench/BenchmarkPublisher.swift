internal import DequeModule
internal import NIOCore
internal import NIOHTTP1
internal import SluiceClient

/// One connection over which events are published, in the order of their numbers on each topic.
final class BenchmarkPublisher: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let plan: BenchmarkPlan
    private let connection: ClientConnection
    private let number: Int
    private let filler: String
    private var context: ChannelHandlerContext?

    private var pace = PublishingPace(events: 0, inFlight: 1)
    private var isWarmUp = false
    private var finished: EventLoopPromise<Void>?
    private var timer: Scheduled<Void>?
    private var nextTopic: Int
    private var numbers: [UInt32]
    /// What waits for its answer.
    private var waiting: Deque<(due: UInt64, topic: Int)> = []
    private var refusal: String?
    private(set) var results = Published()

    init(_ plan: BenchmarkPlan, number: Int, connection: ClientConnection) {
        self.plan = plan
        self.connection = connection
        self.number = number
        filler = String(repeating: "x", count: max(0, plan.publishing.bytes - EventMark.length))
        nextTopic = number % plan.topics
        numbers = Array(repeating: 0, count: plan.topics)
        results.ofTopic = numbers.map { _ in 0 }
        results.refusedOfTopic = results.ofTopic
    }

    /// Publishes some events, and finishes when all were answered.
    func publish(_ pace: PublishingPace, isWarmUp: Bool, on eventLoop: any EventLoop) -> EventLoopFuture<Void> {
        let finished = eventLoop.makePromise(of: Void.self)
        self.pace = pace
        self.isWarmUp = isWarmUp
        self.finished = finished
        goOn()
        return finished.futureResult
    }

    private func goOn() {
        guard let context, finished != nil else { return fail("the publisher's connection was closed") }
        var hasWritten = false
        loop: while true {
            let now = MonotonicClock.nanoseconds
            switch pace.step(at: now) {
            case .send(let due):
                send(due: due, context)
                hasWritten = true
            case .wait(let time):
                timer?.cancel()
                timer = context.eventLoop.assumeIsolated().scheduleTask(
                    in: .nanoseconds(Int64(time - now))
                ) { [self] in goOn() }
                break loop
            case .awaitAnswer, .awaitLastAnswers:
                break loop
            case .done:
                finished?.succeed()
                finished = nil
                break loop
            }
        }
        if hasWritten { context.flush() }
    }

    private func send(due: UInt64, _ context: ChannelHandlerContext) {
        let topic = nextTopic
        nextTopic = (nextTopic + (isWarmUp ? 1 : plan.publishing.publishers)) % plan.topics
        let mark = EventMark(
            due: due, publisher: UInt16(number), number: isWarmUp ? EventMark.warmUp : numbers[topic])
        if !isWarmUp { numbers[topic] += 1 }
        let publishing = plan.publishing
        let text = plan.text(publishing.body, topic: topic).replacing("{data}", with: mark.text + filler)
        let body = ByteBuffer(string: text)
        let head = connection.head(
            HTTPMethod(rawValue: publishing.method), plan.text(publishing.path, topic: topic),
            [("content-type", publishing.contentType), ("content-length", "\(body.readableBytes)")], publishing.fields)
        waiting.append((due, topic))
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        context.write(wrapOutboundOut(.end(nil)), promise: nil)
    }

    // MARK: The channel

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            refusal = (200..<300).contains(head.status.code) ? nil : "\(head.status.code)"
        case .body(let buffer):
            if let refusal { self.refusal = "\(refusal) \(String(buffer: buffer).prefix(200))" }
        case .end:
            answered()
        }
    }

    private func answered() {
        guard let (due, topic) = waiting.popFirst() else { return }
        if let refusal {
            guard !isWarmUp else { return fail("publishing is refused: \(refusal)") }
            results.refusedOfTopic[topic] += 1
            results.firstRefusal = results.firstRefusal ?? refusal
        } else if !isWarmUp {
            results.ofTopic[topic] += 1
            results.latency.record(nanoseconds: MonotonicClock.nanoseconds - due)
        }
        pace.answer()
        goOn()
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        timer?.cancel()
        fail("the publisher's connection was closed")
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail("\(ConnectionFault(error))")
        context.close(promise: nil)
    }

    private func fail(_ reason: String) {
        finished?.fail(BenchmarkError(results.firstRefusal.map { "\(reason), after the answer \($0)" } ?? reason))
        finished = nil
    }
}

@available(*, unavailable)
extension BenchmarkPublisher: Sendable {}

/// What became of what was published.
struct Published: Sendable {
    /// How many events went to each topic.
    var ofTopic: [Int] = []
    var refusedOfTopic: [Int] = []
    var firstRefusal: String?
    /// From when an event was due to its answer.
    var latency = LatencyHistogram()

    var accepted: Int { ofTopic.reduce(0, +) }
    var refused: Int { refusedOfTopic.reduce(0, +) }

    mutating func add(_ other: Published) {
        ofTopic = ofTopic.isEmpty ? other.ofTopic : zip(ofTopic, other.ofTopic).map(+)
        refusedOfTopic =
            refusedOfTopic.isEmpty ? other.refusedOfTopic : zip(refusedOfTopic, other.refusedOfTopic).map(+)
        firstRefusal = firstRefusal ?? other.firstRefusal
        latency.add(other.latency)
    }
}
