internal import NIOCore
internal import SluiceAccess
internal import SluiceBus
internal import SluiceConnection
internal import SluiceLog
internal import SluiceTopics
internal import SluiceWire

/// No subprotocol: every event's data is one message, and every message is published to the topic and comes back.
/// What cannot be said so closes the session.
final class RawConversation: Conversation {
    private unowned let handler: WebSocketHandler
    private let principal: Principal
    private let topic: Topic
    private let request: SubscribeRequest
    private(set) var subscriber: Subscriber?

    init(_ handler: WebSocketHandler, _ principal: Principal, _ topic: Topic, _ request: SubscribeRequest) {
        self.handler = handler
        self.principal = principal
        self.topic = topic
        self.request = request
    }

    func start() {
        guard let subscriber = handler.makeSubscriber(request.format.onWebSocket, delegate: self) else { return }
        self.subscriber = subscriber
        if let snapshot = request.snapshot {
            subscriber.write(subscriber.format.encodeSnapshot(snapshot.answer, id: snapshot.cursor))
        }
        subscriber.start(
            [Pattern(topic)], from: request.start.place(in: handler.loop.hub.log), requestedCursor: request.start.text)
    }

    func received(_ data: ByteBuffer, isText: Bool) {
        do throws(Problem) {
            if handler.loop.core.isDraining { throw .draining }
            try principal.authorisePublishing(to: topic)
        } catch {
            return handler.close(error)
        }
        let publication = Publication(
            topic: topic, payload: Payload(data: data, encoding: isText ? .text : .binary))
        handler.publish(AppendRequest([publication])) { handler, result in
            if case .failure(let error) = result { handler.close(Problem(error)) }
        }
    }

    func beat() {}

    func missed(_ gap: MissedEvents, in subscription: Subscription) {
        handler.close(.gap, "events behind \(gap.after) are lost")
    }

    func ended(_ topic: EndedTopic, at position: Position, in subscription: Subscription) {
        handler.close(.normal, "the topic has ended")
    }

    func wentLive(_ subscription: Subscription, at position: Position) {}

    func sentAway() {
        handler.close(.goingAway, Problem.draining.detail)
    }

    func failed(_ error: ReadError) {
        handler.close(Problem(error))
    }
}

@available(*, unavailable)
extension RawConversation: Sendable {}
