internal import FoundationEssentials
internal import NIOCore
package import SluiceConnection
internal import SluiceLog
internal import SluiceTopics
internal import SluiceWire

/// `POST /topics`: a JSON array of events, published all or none.
package struct BatchEndpoint: Sendable {
    private let configuration: HTTPConfiguration

    package init(configuration: HTTPConfiguration) {
        self.configuration = configuration
    }

    package func publish(_ exchange: Exchange) {
        if exchange.loop.core.isDraining { return exchange.respond(.draining) }
        exchange.collectBody(limit: exchange.loop.core.configuration.limits.bodyBytes) { body in
            do throws(Problem) {
                if exchange.loop.core.isDraining { throw .draining }
                let publications = try publications(in: try body.get())
                for publication in publications { try exchange.authorisePublishing(to: publication.topic) }
                let append = AppendRequest(
                    publications, idempotencyKey: try exchange.idempotencyKey(for: publications, isBatch: true))
                exchange.publish(append) { result in
                    exchange.respond(
                        result.map { receipt in .published(receipt, publications, in: exchange, asArray: true) })
                }
            } catch {
                exchange.respond(error)
            }
        }
    }

    private func publications(in body: ByteBuffer) throws(Problem) -> [Publication] {
        let items: [PublishedObject]
        do {
            items = try JSONDecoder().decode([PublishedObject].self, from: Data(body.readableBytesView))
        } catch {
            throw .badRequest(
                "invalid-batch", PublishedObject.reason(error, expected: "a batch is a JSON array of objects"))
        }
        guard !items.isEmpty else { throw .badRequest("invalid-batch", "the batch is empty") }
        guard items.count <= configuration.batchEvents else {
            throw Problem(413, "too-large", "a batch has at most \(configuration.batchEvents) events")
        }
        var publications: [Publication] = []
        for (number, item) in items.enumerated() {
            do throws(Problem) {
                publications.append(try item.publication())
            } catch {
                throw Problem(error.status, error.type, "event \(number): \(error.detail)")
            }
        }
        return publications
    }
}
