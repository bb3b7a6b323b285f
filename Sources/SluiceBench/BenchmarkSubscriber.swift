internal import NIOCore
internal import NIOHTTP1
internal import SluiceClient
internal import SluiceWire

/// One subscriber, over all of its connections.
final class BenchmarkSubscriber {
    let topic: Int
    let isSlow: Bool
    private let share: FleetShare
    private var scanner = EventMarkScanner()
    private var orders: [ArrivalOrder?] = []
    private var joinedLate = false
    private var began: UInt64 = 0
    private(set) var channel: (any Channel)?
    private(set) var state = State.closed

    enum State {
        case connecting, open, closed
    }

    init(topic: Int, isSlow: Bool, share: FleetShare) {
        self.topic = topic
        self.isSlow = isSlow
        self.share = share
    }

    // MARK: The connection

    func connecting(joinsLate: Bool) {
        state = .connecting
        joinedLate = joinsLate
        began = MonotonicClock.nanoseconds
        scanner = EventMarkScanner()
        orders = []
    }

    func opened(_ channel: any Channel) {
        guard state == .connecting else { return }
        state = .open
        self.channel = channel
        share.opened(self, after: MonotonicClock.nanoseconds - began)
    }

    /// - Parameter reason: why it was not opened, or is no more.
    func ended(_ reason: String) {
        let before = state
        state = .closed
        channel = nil
        switch before {
        case .connecting: share.failed(reason)
        case .open: share.lost(self, reason)
        case .closed: break
        }
    }

    /// It is no loss.
    func close() {
        state = .closed
        channel?.close(promise: nil)
        channel = nil
    }

    // MARK: What comes

    /// What was seen before is not measured.
    func begin() { orders = [] }

    func received(_ buffer: ByteBuffer) {
        share.deliveries.bytes += isSlow ? 0 : buffer.readableBytes
        let now = MonotonicClock.nanoseconds
        buffer.withUnsafeReadableBytes { bytes in
            scanner.scan(bytes) { mark in arrived(mark, at: now) }
        }
    }

    private func arrived(_ mark: EventMark, at now: UInt64) {
        guard mark.number != EventMark.warmUp else {
            share.deliveries.counts.warmUps += isSlow ? 0 : 1
            return
        }
        guard !isSlow else {
            share.deliveries.slowDelivered += 1
            return
        }
        let publisher = Int(mark.publisher)
        while orders.count <= publisher { orders.append(nil) }
        var order = orders[publisher] ?? ArrivalOrder(joinedLate: joinedLate)
        let arrival = order.arrived(mark.number)
        orders[publisher] = order
        switch arrival {
        case .next(let missed): share.deliveries.missed += missed
        case .late:
            share.deliveries.missed -= 1
            share.deliveries.late += 1
        case .duplicate:
            share.deliveries.duplicates += 1
            return
        }
        share.deliveries.counts.delivered += 1
        share.deliveries.latency.record(nanoseconds: now - min(now, mark.due))
    }
}

@available(*, unavailable)
extension BenchmarkSubscriber: Sendable {}

/// An event stream, over HTTP/1.1 or as a stream of HTTP/2.
final class BenchmarkStream: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let subscriber: BenchmarkSubscriber
    private let request: HTTPRequestHead
    private var hasSent = false
    private var refusal: String?

    init(_ subscriber: BenchmarkSubscriber, request: HTTPRequestHead) {
        self.subscriber = subscriber
        self.request = request
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { send(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        send(context)
        context.fireChannelActive()
    }

    private func send(_ context: ChannelHandlerContext) {
        guard !hasSent else { return }
        hasSent = true
        context.write(wrapOutboundOut(.head(request)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head) where head.status == .ok:
            subscriber.opened(context.channel)
        case .head(let head):
            refusal = "\(head.status.code)"
        case .body(let buffer) where refusal != nil:
            refusal = "\(refusal ?? "") \(String(buffer: buffer).prefix(200))"
        case .body(let buffer):
            subscriber.received(buffer)
        case .end:
            subscriber.ended(refusal.map { "it was answered \($0)" } ?? "the stream ended")
            context.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        subscriber.ended(refusal ?? "the connection was closed")
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        subscriber.ended("\(ConnectionFault(error))")
        context.close(promise: nil)
    }
}

/// A WebSocket session, once it is open. Pings are answered, and a close frame ends it.
final class BenchmarkSession: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let subscriber: BenchmarkSubscriber
    private let message: String?
    private var receiver = WebSocketReceiver(role: .client, maximumMessageBytes: 64 << 20)
    private var generator = SystemRandomNumberGenerator()

    init(_ subscriber: BenchmarkSubscriber, message: String?) {
        self.subscriber = subscriber
        self.message = message
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if let message { write(.text, ByteBuffer(string: message), context) }
        subscriber.opened(context.channel)
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        receiver.append(unwrapInboundIn(data))
        do throws(WebSocketError) {
            while let input = try receiver.next() {
                switch input {
                case .text(let data), .binary(let data): subscriber.received(data)
                case .ping(let data): write(.pong, data, context)
                case .pong: break
                case .close(let code, let reason):
                    subscriber.ended(
                        "the session was closed with \(code.map { "\($0.rawValue)" } ?? "no code") \(reason)")
                    context.close(promise: nil)
                }
            }
        } catch {
            subscriber.ended("\(ConnectionFault(error))")
            context.close(promise: nil)
        }
    }

    private func write(_ opcode: WebSocketOpcode, _ data: ByteBuffer, _ context: ChannelHandlerContext) {
        let frame = WebSocketFrame.encode(opcode, data, maskingKey: .random(using: &generator))
        context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        subscriber.ended("the connection was closed")
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        subscriber.ended("\(ConnectionFault(error))")
        context.close(promise: nil)
    }
}
