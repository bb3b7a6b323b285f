internal import NIOCore
internal import SluiceBus
internal import SluiceConnection
internal import SluiceLog
internal import SluiceTopics

/// Publishes the events of a body one by one while it arrives, and answers with how many there were.
final class StreamingPublish: BodyConsumer {
    private let exchange: Exchange
    private let topic: Topic
    private let type: String?
    private let parser: any EventBodyParser

    private var inFlight = 0
    private var published = 0
    private var last: Position?
    /// Set when nothing more will be published: what there is to say once the log has answered for all.
    private var outcome: Result<Void, Problem>?
    private var isAnswered = false

    init(_ exchange: Exchange, topic: Topic, type: String?, parser: any EventBodyParser) {
        self.exchange = exchange
        self.topic = topic
        self.type = type
        self.parser = parser
    }

    func received(_ bytes: ByteBuffer) {
        guard outcome == nil else { return }
        parser.append(bytes)
        do throws(Problem) {
            while outcome == nil, let event = try parser.next() { publish(event) }
        } catch {
            finish(.failure(error))
        }
    }

    func ended() {
        guard outcome == nil else { return }
        do throws(Problem) {
            if let event = try parser.finish() { publish(event) }
            finish(.success(()))
        } catch {
            finish(.failure(error))
        }
    }

    func failed(_ problem: Problem) {
        finish(.failure(problem))
    }

    private func publish(_ event: BodyEvent) {
        inFlight += 1
        regulate()
        exchange.publish(
            AppendRequest([Publication(topic: topic, type: event.type ?? type, payload: event.payload)])
        ) { [self] result in
            inFlight -= 1
            switch result {
            case .success(let receipt):
                published += 1
                last = receipt.positions[0]
            case .failure(let error):
                finish(.failure(Problem(error)))
            }
            regulate()
            answerIfDone()
        }
    }

    private func regulate() {
        exchange.isBodyPaused = inFlight >= exchange.loop.core.configuration.limits.requestsInFlight
    }

    private func finish(_ outcome: Result<Void, Problem>) {
        if self.outcome == nil { self.outcome = outcome }
        answerIfDone()
    }

    /// The answer counts what was published, also when it is an error: everything before that is in the log.
    private func answerIfDone() {
        guard let outcome, inFlight == 0, !isAnswered else { return }
        isAnswered = true
        let id = last.map { "\"\(Cursor(epoch: exchange.loop.hub.log.epoch, position: $0))\"" } ?? "null"
        switch outcome {
        case .success:
            exchange.respond(
                .json(published > 0 ? 201 : 200, ByteBuffer(string: #"{"published":\#(published),"id":\#(id)}"# + "\n"))
            )
        case .failure(let problem):
            exchange.respond(problem.with("published", json: String(published)).with("id", json: id))
        }
    }
}
