import NIOCore
import NIOEmbedded
import SluiceLog
import SluiceTopics
import SluiceWire

@testable import SluiceBus

/// A connection that takes events: the handler that owns a subscriber, over a socket that can be full.
///
/// What it was told is a transcript: an event is its data, and everything else says what it is.
final class TestClient: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let hub: Hub
    private let format: DeliveryFormat
    private let coding: ContentCoding
    private let channel: EmbeddedChannel
    let socket: TestSocket
    private var ownSubscriber: Subscriber?
    private var parser = EventStreamParser(maximumEventBytes: 1 << 20)
    private var parsed = 0
    private var lines: [String] = []
    /// Called when a topic's end is told.
    var onEnd: (() -> Void)?

    init(
        hub: Hub, format: DeliveryFormat, coding: ContentCoding, capacity: Int, eventLoop: EmbeddedEventLoop
    ) {
        self.hub = hub
        self.format = format
        self.coding = coding
        channel = EmbeddedChannel(loop: eventLoop)
        socket = TestSocket(channel, capacity: capacity)
    }

    func connect() throws {
        try channel.pipeline.syncOperations.addHandlers([socket, self])
    }

    func handlerAdded(context: ChannelHandlerContext) {
        ownSubscriber = Subscriber(hub: hub, format: format, coding: coding, context: context, delegate: self)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        subscriber.writabilityChanged(to: context.channel.isWritable)
    }

    var subscriber: Subscriber {
        guard let ownSubscriber else { preconditionFailure("the client is connected") }
        return ownSubscriber
    }

    func start(_ patterns: String..., from place: ReadPlace, requestedCursor: String? = nil) throws {
        subscriber.start(try patterns.map { try Pattern($0) }, from: place, requestedCursor: requestedCursor)
    }

    func join(_ pattern: String, from place: ReadPlace, ref: String? = nil) throws {
        subscriber.join(try Pattern(pattern), from: place, ref: ref, requestedCursor: nil)
    }

    @discardableResult
    func leave(_ pattern: String) throws -> Bool {
        subscriber.leave(try Pattern(pattern))
    }

    /// The transcript.
    var heard: [String] {
        parseWritten()
        return lines
    }

    private func parseWritten() {
        while parsed < socket.written.count {
            parser.append(socket.written[parsed])
            parsed += 1
            while let item = try? parser.next() {
                switch item {
                case .event(_, _, let data): lines.append(data)
                case .idMoved, .retry, .comment: break
                }
            }
        }
    }

    private func say(_ line: String) {
        // What was given before it is to stand before it.
        hub.flushTouched()
        parseWritten()
        lines.append(line)
    }
}

extension TestClient: SubscriberDelegate {
    func missed(_ gap: MissedEvents, in subscription: Subscription) {
        say("gap in \(gap.patterns.map(\.text).joined(separator: " ")) behind \(gap.after)")
    }

    func ended(_ topic: EndedTopic, at position: Position, in subscription: Subscription) {
        say("end of \(topic.topic)")
        onEnd?()
    }

    func wentLive(_ subscription: Subscription, at position: Position) {
        say("live at \(position)")
    }

    func sentAway() {
        say("sent away")
    }

    func failed(_ error: ReadError) {
        say("failed")
    }
}
