internal import NIOCore
internal import SluiceBus
internal import SluiceConnection
internal import SluiceLog
internal import SluiceTopics
internal import SluiceWire

/// A stream: the last handler of a connection whose request was answered with an event stream.
final class EventStreamHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let hub: Hub
    private let request: SubscribeRequest
    private let coding: ContentCoding
    private let configuration: EventStreamConfiguration
    private let writesToSocket: Bool
    private var context: ChannelHandlerContext?
    private var subscriber: Subscriber?
    private var place: Pulse.Place?
    private var beatsSinceEnd = 0
    private var hasEnded = false

    init(
        hub: Hub, request: SubscribeRequest, coding: ContentCoding, configuration: EventStreamConfiguration,
        writesToSocket: Bool
    ) {
        self.hub = hub
        self.request = request
        self.coding = coding
        self.configuration = configuration
        self.writesToSocket = writesToSocket
    }

    /// Whether the stream is somebody else's, and holds no word of the gateway.
    private var isVerbatim: Bool { request.format == .verbatim }

    /// Two beats an interval: a stream that was silent from one to the next gets a heartbeat, so none is silent for
    /// longer than the interval.
    private var pulse: Pulse { hub.pulse(every: .nanoseconds(configuration.heartbeat.nanoseconds / 2)) }

    // MARK: The channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        let subscriber = Subscriber(
            hub: hub, format: request.format.onEventStream, coding: coding,
            context: context, writesToSocket: writesToSocket, delegate: self)
        self.subscriber = subscriber
        place = pulse.join(self)

        let start = request.start.place(in: hub.log)
        if !isVerbatim {
            var preamble = ByteBuffer()
            EventStreamEncoder.retry(milliseconds: jitteredRetry(), into: &preamble)
            // A foreign cursor stays the client's until the gap is told: cut before that, it must come back with it.
            if !start.isForeign, !request.hasOnlyOwnIDs { writeStart(at: start.position, into: &preamble) }
            subscriber.write(preamble)
        }
        if let snapshot = request.snapshot {
            subscriber.write(subscriber.format.encodeSnapshot(snapshot.answer, id: snapshot.cursor))
        }
        subscriber.start(request.selection, from: start, requestedCursor: request.start.text)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        leave()
        self.context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        leave()
        context.fireChannelInactive()
    }

    /// A client has nothing to say behind its request (RFC 9112 § 9.3.2: the connection will close).
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        subscriber?.writabilityChanged(to: context.channel.isWritable)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard let event = event as? ChannelEvent, event == .inputClosed else {
            return context.fireUserInboundEventTriggered(event)
        }
        context.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func leave() {
        if let place { pulse.leave(place) }
        place = nil
        subscriber?.close()
        subscriber = nil
    }

    /// Ends the stream so that the client reads all of it: the gateway's side closes first.
    private func end() {
        guard !hasEnded else { return }
        hasEnded = true
        subscriber?.finish()
        hub.flushTouched()
        context?.close(mode: .output, promise: nil)
    }

    /// Closes a verbatim stream that lacks something.
    private func breakOff() {
        context?.triggerUserOutboundEvent(TakeoverEvent.brokeOff, promise: nil)
        context?.close(promise: nil)
    }

    private func jitteredRetry() -> Int {
        let base = Int(configuration.retry.nanoseconds / 1_000_000)
        return Int.random(in: base...base + base / 2)
    }
}

// MARK: What the stream says beside events

extension EventStreamHandler: SubscriberDelegate {
    func missed(_ gap: MissedEvents, in subscription: Subscription) {
        // What lacks a part is no answer, and there is no other word for that.
        guard !isVerbatim else { return breakOff() }
        var data = ByteBuffer()
        gap.writeJSON(into: &data)
        write(id: request.hasOnlyOwnIDs ? nil : gap.resume, type: "sluice.gap", data: data)
    }

    func ended(_ topic: EndedTopic, at position: Position, in subscription: Subscription) {
        guard !isVerbatim else { return end() }
        var data = ByteBuffer()
        data.writeString(#"{"topic":"#)
        JSONText.writeString(topic.topic.name, into: &data)
        data.writeString(#","id":"\#(Cursor(epoch: hub.log.epoch, position: topic.position))"}"#)
        // The block's own id is how far the stream is: a client's Last-Event-ID never moves back.
        write(id: Cursor(epoch: hub.log.epoch, position: position), type: "sluice.end", data: data)
        if subscription.hasEnded { end() }
    }

    /// A stream that was to begin at the oldest event, and found none, begins here: what was lost before it came is
    /// no gap when it comes back.
    func wentLive(_ subscription: Subscription, at position: Position) {
        guard request.start == .earliest, !request.hasOnlyOwnIDs, let subscriber, subscriber.isIdle else { return }
        var stream = ByteBuffer()
        writeStart(at: position, into: &stream)
        subscriber.write(stream)
    }

    /// Where the stream starts, so that a client that is cut before its first event can come back there. It is an event
    /// with data, since Firefox takes no id from a block that has none.
    private func writeStart(at position: Position, into stream: inout ByteBuffer) {
        let cursor = Cursor(epoch: hub.log.epoch, position: position).description
        EventStreamEncoder.event(
            id: cursor, type: "sluice.start", data: ByteBuffer(string: #"{"cursor":"\#(cursor)"}"#), into: &stream)
    }

    func sentAway() {
        guard !isVerbatim else { return breakOff() }
        var stream = ByteBuffer()
        EventStreamEncoder.retry(milliseconds: jitteredRetry(), into: &stream)
        subscriber?.write(stream)
        end()
    }

    func failed(_ error: ReadError) {
        guard !isVerbatim else { return breakOff() }
        var stream = ByteBuffer()
        EventStreamEncoder.event(id: nil, type: "sluice.error", data: Problem(error).summary, into: &stream)
        subscriber?.write(stream)
        end()
    }

    private func write(id: Cursor?, type: String, data: ByteBuffer) {
        var stream = ByteBuffer()
        EventStreamEncoder.event(id: id?.description, type: type, data: data, into: &stream)
        subscriber?.write(stream)
    }
}

extension EventStreamHandler: Pulse.Member {
    /// Keeps the connection alive and, while the stream is live, moves the client's `Last-Event-ID`: then a long
    /// silence on these topics does not leave it with a cursor that the log has forgotten.
    func beat() {
        guard !hasEnded else {
            // By then the peer has had a whole interval to read the rest and close its side.
            beatsSinceEnd += 1
            if beatsSinceEnd > 2 { context?.close(promise: nil) }
            return
        }
        guard let subscriber, context?.channel.isWritable == true else { return }
        guard subscriber.isIdle else {
            subscriber.isIdle = true
            return
        }
        // The next beat is half an interval away, and the stream is not silent then.
        subscriber.isIdle = false
        var stream = ByteBuffer()
        if !request.hasOnlyOwnIDs, let cursor = subscriber.livePosition() {
            EventStreamEncoder.id(cursor.description, into: &stream)
        } else {
            EventStreamEncoder.comment("", into: &stream)
        }
        subscriber.write(stream)
    }
}

@available(*, unavailable)
extension EventStreamHandler: Sendable {}
