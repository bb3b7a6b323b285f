internal import NIOCore
internal import NIOHTTP1
internal import SluiceAccess
internal import SluiceBus
package import SluiceConnection
internal import SluiceLog
package import SluiceTopics
internal import SluiceWire

/// `POST /topics/{topic}`: the body is one event, or a stream of them.
package struct PublishEndpoint: Sendable {
    package init() {}

    package func publish(_ exchange: Exchange, to topic: Topic) {
        do throws(Problem) {
            if exchange.loop.core.isDraining { throw .draining }
            try exchange.authorisePublishing(to: topic)
            let mediaType = exchange.request.mediaType
            switch mediaType?.essence {
            case "application/x-ndjson":
                try stream(
                    exchange, to: topic, JSONLines(maximumBytes: exchange.loop.core.configuration.limits.bodyBytes))
            case "text/event-stream":
                try stream(
                    exchange, to: topic,
                    EventStreamBody(maximumBytes: exchange.loop.core.configuration.limits.bodyBytes))
            default:
                try publishOne(exchange, to: topic, mediaType)
            }
        } catch {
            exchange.respond(error)
        }
    }

    private func publishOne(_ exchange: Exchange, to topic: Topic, _ mediaType: MediaType?) throws(Problem) {
        let request = exchange.request
        let type = try EventNames.type(request.query["type"])
        _ = try EventNames.contentType(mediaType?.text)
        let endsTopic = try request.query.flag("end")
        exchange.collectBody(limit: exchange.loop.core.configuration.limits.bodyBytes) { body in
            do throws(Problem) {
                if exchange.loop.core.isDraining { throw .draining }
                let publication = Publication(
                    topic: topic, type: type,
                    payload: try Payload(body: try body.get(), mediaType: mediaType), endsTopic: endsTopic)
                let append = AppendRequest(
                    [publication], idempotencyKey: try exchange.idempotencyKey(for: [publication], isBatch: false))
                exchange.publish(append) { result in
                    exchange.respond(
                        result.map { receipt in .published(receipt, append.publications, in: exchange, asArray: false) }
                    )
                }
            } catch {
                exchange.respond(error)
            }
        }
    }

    private func stream(_ exchange: Exchange, to topic: Topic, _ parser: any EventBodyParser) throws(Problem) {
        let request = exchange.request
        guard request.header("idempotency-key") == nil else {
            throw .badRequest(
                "invalid-idempotency-key",
                "a streaming body has no idempotency key: its events are published one by one")
        }
        guard try !request.query.flag("end") else {
            throw .badRequest(
                "invalid-end", "a streaming body does not end its topic: publish a last event with end=true")
        }
        let type = try EventNames.type(request.query["type"])
        exchange.streamBody(to: StreamingPublish(exchange, topic: topic, type: type, parser: parser))
    }
}

extension Exchange {
    func idempotencyKey(for publications: [Publication], isBatch: Bool) throws(Problem) -> IdempotencyKey? {
        guard let key = request.header("idempotency-key") else { return nil }
        return try IdempotencyKey(
            key, principal: try principal.get(), publications: publications, isBatch: isBatch)
    }

    func respond(_ result: Result<Response, AppendError>) {
        switch result {
        case .success(let response): respond(response)
        case .failure(let error): respond(Problem(error))
        }
    }
}

extension Response {
    /// 201 for what was stored, 200 for what had been stored before under the same idempotency key.
    static func published(
        _ receipt: Receipt, _ publications: [Publication], in exchange: Exchange, asArray: Bool
    ) -> Response {
        var json = ByteBuffer()
        if asArray { json.writeStaticString("[") }
        let epoch = exchange.loop.hub.log.epoch
        for (number, (position, publication)) in zip(receipt.positions, publications).enumerated() {
            json.writeStaticString(number == 0 ? #"{"id":"# : #",{"id":"#)
            JSONText.writeString(Cursor(epoch: epoch, position: position).description, into: &json)
            json.writeStaticString(#","topic":"#)
            JSONText.writeString(publication.topic.name, into: &json)
            json.writeStaticString("}")
        }
        json.writeStaticString(asArray ? "]\n" : "\n")
        return .json(receipt.isRepeat ? 200 : 201, json)
    }
}
