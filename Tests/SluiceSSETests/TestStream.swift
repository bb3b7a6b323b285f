import NIOCore
import NIOEmbedded
import SluiceTestSupport
import SluiceTopics
import SluiceWire
import Testing

@testable import SluiceConnection

/// A client's connection and what it was answered: a stream, or a response.
final class TestStream: ExchangeTransport {
    private let channel: EmbeddedChannel
    let socket: TestSocket
    private(set) var response: Response?
    private(set) var head: TakeoverHead?
    private var parser = EventStreamParser(maximumEventBytes: 1 << 20)

    init(_ eventLoop: EmbeddedEventLoop) throws {
        channel = EmbeddedChannel(loop: eventLoop)
        socket = TestSocket(channel)
        try channel.pipeline.syncOperations.addHandler(socket)
        channel.connect(to: try SocketAddress(ipAddress: "192.0.2.1", port: 80), promise: nil)
    }

    var isClosed: Bool { !channel.isActive }
    /// Whether the gateway has said its last word.
    var isOutputClosed: Bool { socket.isOutputClosed || isClosed }

    /// What the stream has said since the last time.
    func heard() throws -> [EventStreamItem] {
        parser.append(socket.read())
        var items: [EventStreamItem] = []
        while let item = try parser.next() { items.append(item) }
        return items
    }

    /// The events among them.
    func events() throws -> [StreamEvent] {
        try heard().compactMap { item in
            switch item {
            case .event(_, "sluice.start", _), .idMoved, .retry, .comment: nil
            case .event(let id, let type, let data): StreamEvent(id: id, type: type, data: data)
            }
        }
    }

    /// The client closes its side.
    func closeInput() {
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        channel.embeddedEventLoop.run()
    }

    /// The connection is lost.
    func lose() {
        channel.close(promise: nil)
        channel.embeddedEventLoop.run()
    }

    // MARK: What an exchange asks for

    func respond(_ response: Response, to exchange: Exchange) {
        self.response = response
    }

    func takeOver(_ head: TakeoverHead, from exchange: Exchange, makeHandler: @escaping () -> any ChannelHandler) {
        self.head = head
        do {
            try channel.pipeline.syncOperations.addHandler(makeHandler())
        } catch {
            Issue.record(error)
        }
    }

    func wantsBody(of exchange: Exchange, isStream: Bool) {}

    func bodyPauseChanged() {}
    var writesToSocket: Bool { false }
}

extension TestStream: CustomReflectable {
    /// A failed expectation shows what its operands hold, and NIO cannot describe every pipeline without a trap.
    var customMirror: Mirror { Mirror(self, children: EmptyCollection()) }
}

struct StreamEvent: Equatable {
    var id: String
    var type: String?
    var data: String

    init(id: String, type: String? = nil, data: String) {
        self.id = id
        self.type = type
        self.data = data
    }
}

extension EventStreamItem {
    /// What says where a stream starts.
    static func start(_ id: String) -> EventStreamItem {
        .event(id: id, type: "sluice.start", data: #"{"cursor":"\#(id)"}"#)
    }
}
