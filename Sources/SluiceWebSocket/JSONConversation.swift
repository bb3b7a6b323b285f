internal import NIOCore
internal import SluiceAccess
internal import SluiceBus
internal import SluiceConnection
internal import SluiceLog
internal import SluiceTopics
internal import SluiceWire

/// `sluice.v1.json`: operations in JSON, for any number of topics.
final class JSONConversation: Conversation {
    static let subprotocol = "sluice.v1.json"

    private unowned let handler: WebSocketHandler
    private let principal: Principal
    private let request: SubscribeRequest
    private(set) var subscriber: Subscriber?

    init(_ handler: WebSocketHandler, _ principal: Principal, _ request: SubscribeRequest) {
        self.handler = handler
        self.principal = principal
        self.request = request
    }

    func start() {
        guard let subscriber = handler.makeSubscriber(.webSocketJSON, delegate: self) else { return }
        self.subscriber = subscriber
        subscriber.start()
        // One place for all of them: what is published between two of these lines belongs to every topic.
        let place = request.start.place(in: handler.loop.hub.log)
        for pattern in request.selection {
            subscribe(to: pattern, from: place, requested: request.start.text, ref: nil)
        }
    }

    func received(_ data: ByteBuffer, isText: Bool) {
        guard isText else { return handler.close(.unsupportedData, "operations are JSON in text messages") }
        do throws(Operation.Refusal) {
            let operation = try Operation(data)
            do throws(Problem) {
                try perform(operation)
            } catch {
                throw Operation.Refusal(problem: error, ref: operation.ref)
            }
        } catch {
            refuse(error.problem, ref: error.ref?.json)
        }
    }

    // MARK: Operations

    private func perform(_ operation: Operation) throws(Problem) {
        let ref = operation.ref?.json
        switch operation.op {
        case .ping:
            sendHeartbeat(ref: ref)
        case .subscribe:
            let pattern = try pattern(of: operation)
            try principal.authoriseSubscribing(to: [pattern])
            let limit = handler.loop.core.configuration.limits.topicsPerSubscription
            guard let subscriber, subscriber.subscriptionCount < limit else {
                throw .badRequest("too-many-topics", "a session has at most \(limit) topics and patterns")
            }
            guard !subscriber.hasSubscribed(to: pattern) else {
                throw .badRequest("already-subscribed", "this session has subscribed to '\(pattern)' before")
            }
            let start = try operation.after.map { text throws(Problem) in try Start(after: text) } ?? .latest
            subscribe(
                to: pattern, from: start.place(in: handler.loop.hub.log), requested: start.text, ref: ref)
        case .unsubscribe:
            let pattern = try pattern(of: operation)
            guard subscriber?.leave(pattern) == true else {
                throw .badRequest("not-subscribed", "this session has not subscribed to '\(pattern)'")
            }
            handler.send(JSONReply("ack", ref: ref).frame)
        case .publish:
            try publish(operation)
        }
    }

    private func pattern(of operation: Operation) throws(Problem) -> Pattern {
        guard let text = operation.topic else {
            throw .badRequest("invalid-operation", "'\(operation.op)' needs a 'topic'")
        }
        do {
            return try Pattern(text)
        } catch {
            throw .invalidTopic(error)
        }
    }

    /// - Parameter requested: the cursor as the client wrote it, if it did.
    private func subscribe(to pattern: Pattern, from place: ReadPlace, requested: String?, ref: String?) {
        // A cursor that means nothing here stays the client's until the gap is told.
        let cursor = place.isForeign ? nil : Cursor(epoch: handler.loop.hub.log.epoch, position: place.position)
        handler.send(JSONReply("subscribed", ref: ref).adding("cursor", cursor?.description).frame)
        subscriber?.join(pattern, from: place, ref: ref, requestedCursor: requested)
    }

    private func publish(_ operation: Operation) throws(Problem) {
        if handler.loop.core.isDraining { throw .draining }
        let pattern = try pattern(of: operation)
        guard let topic = pattern.topic else { throw .invalidTopic(TopicError(.wildcard, in: pattern.text)) }
        guard let data = operation.data else {
            throw .badRequest("invalid-operation", "'publish' needs 'data', a string")
        }
        try principal.authorisePublishing(to: topic)
        let publication = Publication(
            topic: topic, type: try EventNames.type(operation.type),
            payload: try Payload(message: data, encoding: operation.encoding, contentType: operation.contentType),
            endsTopic: operation.end ?? false)
        let key = try operation.key.map { text throws(Problem) in
            try IdempotencyKey(text, principal: principal, publications: [publication])
        }
        let ref = operation.ref?.json
        handler.publish(AppendRequest([publication], idempotencyKey: key)) { [weak self] handler, result in
            switch result {
            case .success(let receipt):
                let id = Cursor(epoch: handler.loop.hub.log.epoch, position: receipt.positions[0])
                handler.send(JSONReply("ack", ref: ref).adding("id", id.description).frame)
            case .failure(let error):
                self?.refuse(Problem(error), ref: ref)
            }
        }
    }

    private func refuse(_ problem: Problem, ref: String?) {
        handler.loop.core.refused(problem.type, from: handler.client)
        handler.send(
            JSONReply("error", ref: ref).adding("code", problem.type).adding("message", problem.detail).frame)
    }

    // MARK: What comes from the bus

    func beat() {
        guard let subscriber else { return }
        if subscriber.isIdle, subscriber.livePosition() != nil { sendHeartbeat(ref: nil) }
        subscriber.isIdle = true
    }

    private func sendHeartbeat(ref: String?) {
        let reply = JSONReply("heartbeat", ref: ref)
        handler.send(reply.adding("cursor", subscriber?.livePosition()?.description).frame)
    }

    func missed(_ gap: MissedEvents, in subscription: Subscription) {
        for pattern in gap.patterns {
            handler.send(
                JSONReply("gap", ref: subscription.ref).adding("topic", pattern.text).adding("after", gap.after)
                    .adding("oldest", gap.oldest?.description).frame)
        }
    }

    func ended(_ topic: EndedTopic, at position: Position, in subscription: Subscription) {
        let id = Cursor(epoch: handler.loop.hub.log.epoch, position: topic.position)
        handler.send(JSONReply("end").adding("topic", topic.topic.name).adding("id", id.description).frame)
    }

    func wentLive(_ subscription: Subscription, at position: Position) {
        let cursor = Cursor(epoch: handler.loop.hub.log.epoch, position: position)
        handler.send(JSONReply("live", ref: subscription.ref).adding("cursor", cursor.description).frame)
    }

    func sentAway() {
        handler.close(.goingAway, Problem.draining.detail)
    }

    func failed(_ error: ReadError) {
        handler.close(Problem(error))
    }
}

@available(*, unavailable)
extension JSONConversation: Sendable {}
