package import NIOCore
internal import NIOHTTP1
internal import SluiceAccess
internal import SluiceBus
package import SluiceConnection
internal import SluiceGeneration
internal import SluiceLog
package import SluiceTopics

/// `/generations/{id}`: watching a generation, on either wire or as JSON, and cancelling it.
package final class GenerationEndpoint: Sendable {
    /// The wires, as a generation is watched over them.
    package struct Wires: Sendable {
        package var eventStream: @Sendable (Exchange, SubscribeRequest) -> Void
        package var webSocket: @Sendable (Exchange, Topic, Result<SubscribeRequest, Problem>) -> Void

        package init(
            eventStream: @escaping @Sendable (Exchange, SubscribeRequest) -> Void,
            webSocket: @escaping @Sendable (Exchange, Topic, Result<SubscribeRequest, Problem>) -> Void
        ) {
            self.eventStream = eventStream
            self.webSocket = webSocket
        }
    }

    package static let path = "/generations/"

    private let generations: Generations
    private let wires: Wires
    private let unwatched: @Sendable (_ upstream: String?) -> TimeAmount?

    /// - Parameter unwatched: after how long without watchers a generation of this upstream is cancelled.
    package init(
        generations: Generations, wires: Wires, unwatched: @escaping @Sendable (_ upstream: String?) -> TimeAmount?
    ) {
        self.generations = generations
        self.wires = wires
        self.unwatched = unwatched
    }

    // MARK: Listing

    /// `GET /generations`: those under way that the principal has begun, so that another device can watch or cancel
    /// them.
    package func list(_ exchange: Exchange) {
        do throws(Problem) {
            let active = generations.active(of: try exchange.principal.get().name)
            let items = active.sorted { $0.id.text < $1.id.text }.map { generation in
                #"{"id":"\#(generation.id)","state":"\#(generation.state.rawValue)"}"#
            }
            let json = #"{"generations":[\#(items.joined(separator: ","))]}"# + "\n"
            exchange.respond(.json(200, ByteBuffer(string: json), headers: [("cache-control", "no-store")]))
        } catch {
            exchange.respond(error)
        }
    }

    // MARK: Watching

    package func watch(_ exchange: Exchange) {
        guard exchange.request.isWatching else {
            return find(exchange, to: .watch) { summary, id in
                exchange.respond(
                    .json(200, ByteBuffer(string: summary.json(id)), headers: [("cache-control", "no-store")]))
            }
        }
        subscription(exchange) { result in self.open(exchange, result) }
    }

    /// Has the client watch over the wire that its request is for, or tells it there why not: a browser cannot see why
    /// a handshake was refused.
    func open(_ exchange: Exchange, _ result: Result<SubscribeRequest, Problem>) {
        if case .success(let request) = result { count(exchange, request) }
        if exchange.request.isWebSocketHandshake {
            let topic = (try? result.get())?.topic ?? GenerationEntry.topic
            return wires.webSocket(exchange, topic, result)
        }
        switch result {
        case .success(let request): wires.eventStream(exchange, request)
        case .failure(let problem): exchange.refuse(problem)
        }
    }

    /// Has the client watch a generation that it has begun, and joined, from its first event.
    func begin(_ exchange: Exchange, _ result: Result<Generation, Problem>, _ format: SubscribeRequest.Format) {
        switch result {
        case .success(let generation) where exchange.isAbandoned:
            // Nobody has heard of it.
            generation.stop(.unwatched)
        case .success(let generation):
            exchange.addHeaders(generation.id.headers)
            // What was taken over ends with its channel, and no longer has an exchange then.
            exchange.whenEnded { [weak exchange] in
                if exchange?.isTakenOver == false { generation.stop(.unwatched) }
            }
            open(exchange, .success(SubscribeRequest(own: generation.id.topic, start: .earliest, format: format)))
            generation.leave(cancellingAfter: unwatched(generation.beginning.upstream))
        case .failure(let problem):
            open(exchange, .failure(problem))
        }
    }

    /// Has the client go on with the generation that an event with this cursor belongs to.
    func resume(_ exchange: Exchange, after cursor: Cursor, _ format: SubscribeRequest.Format) {
        let log = exchange.loop.hub.log
        guard cursor.epoch == log.epoch, cursor.position > 0 else {
            return open(exchange, .failure(.unknownCursor))
        }
        let request = ReadRequest(
            selection: [GenerationID.pattern], place: .after(cursor.position - 1), maximumEvents: 1, maximumBytes: 1)
        exchange.read(request) { result in
            switch result {
            case .success(let page):
                guard let event = page.events.first, event.position == cursor.position,
                    let id = GenerationID(topic: event.topic)
                else { return self.open(exchange, .failure(.unknownCursor)) }
                self.read(exchange, id, to: .watch, onlyBeginning: true) { result in
                    self.open(
                        exchange,
                        result.map { _ in SubscribeRequest(own: id.topic, start: .after(cursor), format: format) })
                }
            case .failure(let error):
                self.open(exchange, .failure(Problem(error)))
            }
        }
    }

    private func count(_ exchange: Exchange, _ request: SubscribeRequest) {
        guard let id = request.topic.flatMap(GenerationID.init(topic:)), let generation = generations.active(id) else {
            return
        }
        let time = unwatched(generation.beginning.upstream)
        generation.join()
        exchange.whenEnded { generation.leave(cancellingAfter: time) }
    }

    private func subscription(_ exchange: Exchange, _ done: @escaping (Result<SubscribeRequest, Problem>) -> Void) {
        let id: GenerationID
        let wantsSnapshot: Bool
        let asked: SubscribeRequest
        do throws(Problem) {
            id = try Self.id(in: exchange.request)
            asked = SubscribeRequest(
                own: id.topic, start: try Start(exchange.request) ?? .earliest,
                format: try Self.format(of: exchange.request) ?? .blocks)
            let asksForSnapshot = try exchange.request.query.flag("snapshot")
            guard !asksForSnapshot || asked.format != .blocks else {
                throw .badRequest("invalid-query", "a snapshot is of format=text or format=deltas")
            }
            // Who comes back has what was before.
            wantsSnapshot = asksForSnapshot && asked.start == .earliest
        } catch {
            return done(.failure(error))
        }
        if wantsSnapshot {
            read(exchange, id, to: .watch) { result in
                done(
                    result.map { summary in
                        let cursor = Cursor(epoch: exchange.loop.hub.log.epoch, position: summary.position)
                        var request = asked
                        request.start = .after(cursor)
                        request.snapshot = SubscribeRequest.Snapshot(answer: summary.answer, cursor: cursor)
                        return request
                    })
            }
        } else {
            read(exchange, id, to: .watch, onlyBeginning: true) { result in done(result.map { _ in asked }) }
        }
    }

    /// Answers with the whole of a generation as its provider streamed it.
    func replay(_ exchange: Exchange, _ id: GenerationID) {
        do throws(Problem) {
            let request = SubscribeRequest(
                own: id.topic, start: try Start(exchange.request) ?? .earliest, format: .verbatim)
            readOn(exchange, id, GenerationSummary(), from: .earliest, onlyBeginning: true) { result in
                guard (try? result.get())?.beginning != nil else { return exchange.respond(.notReplayable) }
                exchange.addHeaders(id.headers)
                self.count(exchange, request)
                self.wires.eventStream(exchange, request)
            }
        } catch {
            exchange.respond(error)
        }
    }

    /// - Returns: nil when the request does not say.
    static func format(of request: Request) throws(Problem) -> SubscribeRequest.Format? {
        switch request.query["format"] {
        case nil: nil
        case "raw": .blocks
        case "text": .text
        case "deltas": .deltas
        case let other?:
            throw .badRequest("invalid-format", "format is 'raw', 'text' or 'deltas', not '\(other.prefix(40))'")
        }
    }

    // MARK: Cancelling

    /// Ends a generation, unless it has ended: the answer is how it is then.
    package func cancel(_ exchange: Exchange) {
        find(exchange, to: .cancel) { summary, id in
            guard let generation = self.generations.active(id) else {
                return exchange.respond(.json(200, ByteBuffer(string: summary.json(id))))
            }
            generation.stop(GenerationRecord(.cancelled, cause: "cancelled", detail: "it was cancelled"))
            let caller = Caller(exchange)
            generation.whenEndKept {
                caller.onLoop { exchange in
                    self.find(exchange, to: .cancel) { summary, id in
                        exchange.respond(.json(200, ByteBuffer(string: summary.json(id))))
                    }
                }
            }
        }
    }

    // MARK: Finding

    fileprivate enum Deed {
        case watch
        case cancel
    }

    private static func id(in request: Request) throws(Problem) -> GenerationID {
        guard let id = GenerationID(Substring(request.path.utf8.dropFirst(path.utf8.count))) else {
            throw .notFound(request.path)
        }
        return id
    }

    private func find(_ exchange: Exchange, to deed: Deed, _ found: @escaping (GenerationSummary, GenerationID) -> Void)
    {
        do throws(Problem) {
            let id = try Self.id(in: exchange.request)
            read(exchange, id, to: deed) { result in
                switch result {
                case .success(let summary): found(summary, id)
                case .failure(let problem): exchange.respond(problem)
                }
            }
        } catch {
            exchange.respond(error)
        }
    }

    /// - Parameters:
    ///   - onlyBeginning: whether nothing but the first record is of interest.
    ///   - done: called on the event loop, unless the client has gone. 404 also for what is none of its business.
    private func read(
        _ exchange: Exchange, _ id: GenerationID, to deed: Deed, onlyBeginning: Bool = false,
        _ done: @escaping (Result<GenerationSummary, Problem>) -> Void
    ) {
        do throws(Problem) {
            let principal = try exchange.principal.get()
            readOn(exchange, id, GenerationSummary(), from: .earliest, onlyBeginning: onlyBeginning) { result in
                done(
                    result.flatMap { summary in
                        guard let beginning = summary.beginning else {
                            return .failure(.notFound(exchange.request.path))
                        }
                        guard principal.may(deed, id, of: beginning.owner) else {
                            return .failure(
                                principal.isAnonymous
                                    ? .unauthorised("without its key nobody may have this generation")
                                    : .notFound(exchange.request.path))
                        }
                        return .success(summary)
                    })
            }
        } catch {
            done(.failure(error))
        }
    }

    private func readOn(
        _ exchange: Exchange, _ id: GenerationID, _ sofar: GenerationSummary, from place: ReadPlace,
        onlyBeginning: Bool, _ done: @escaping (Result<GenerationSummary, Problem>) -> Void
    ) {
        let request = ReadRequest(
            selection: [Pattern(id.topic)], place: place, maximumEvents: onlyBeginning ? 1 : 256,
            maximumBytes: 64 << 10)
        exchange.read(request) { result in
            switch result {
            case .success(let page):
                var summary = sofar
                for event in page.events { summary.add(event) }
                let isRead = page.isAtHead || (onlyBeginning && summary.beginning != nil) || summary.state.isFinal
                if isRead { return done(.success(summary)) }
                // In a turn of its own: an answer can have very many pages.
                let next = NIOLoopBound((summary, page.next, done), eventLoop: exchange.eventLoop)
                exchange.eventLoop.assumeIsolated().execute {
                    let (summary, place, done) = next.value
                    self.readOn(exchange, id, summary, from: place, onlyBeginning: onlyBeginning, done)
                }
            case .failure(let error): done(.failure(Problem(error)))
            }
        }
    }
}

extension GenerationID {
    /// What an answer says of the generation that it is.
    var headers: [(String, String)] {
        [("sluice-generation", text), ("location", "\(GenerationEndpoint.path)\(text)")]
    }
}

extension Request {
    /// Whether it is for one of the wires.
    var isWatching: Bool { isWebSocketHandshake || (method == .GET && acceptsEventStream) }
}

extension Problem {
    static let unknownCursor = Problem(
        404, "not-found", "the answer with this cursor is not kept here, or never was")

    fileprivate static let notReplayable = Problem(
        409, "first-request-unanswered",
        "the first request under this idempotency key has just been sent, or its answer is not kept any more",
        retryAfter: 1)
}

extension Principal {
    /// Who made it may watch and cancel it; so may who is granted to subscribe to its topic, or to publish to it.
    fileprivate func may(_ deed: GenerationEndpoint.Deed, _ id: GenerationID, of owner: String?) -> Bool {
        if name == owner { return true }
        return switch deed {
        case .watch: permissions.maySubscribe(to: Pattern(id.topic))
        case .cancel: permissions.publish.contains { $0.matches(id.topic) }
        }
    }
}
