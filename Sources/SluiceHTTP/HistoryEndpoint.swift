internal import NIOCore
internal import SluiceBus
package import SluiceConnection
internal import SluiceLog
package import SluiceTopics
internal import SluiceWire

/// `GET` without a stream or an upgrade: one page of history as JSON. With `wait=SECONDS` a page that would be
/// empty waits for the first event (a long-poll).
package struct HistoryEndpoint: Sendable {
    private let configuration: HTTPConfiguration

    package init(configuration: HTTPConfiguration) {
        self.configuration = configuration
    }

    package func read(_ exchange: Exchange, topic: Topic?) {
        do throws(Problem) {
            let request = try SubscribeRequest(
                exchange.request, topic: topic,
                maximumTopics: exchange.loop.core.configuration.limits.topicsPerSubscription,
                needsSelection: true, defaultStart: .earliest)
            try exchange.authoriseSubscribing(to: request.selection)
            let limit = try exchange.request.query.number("limit", in: 1...configuration.maximumPageEvents)
            let seconds = Int(configuration.longPoll.nanoseconds / 1_000_000_000)
            let wait = try exchange.request.query.number("wait", in: 0...seconds) ?? 0
            let poll = Poll(
                exchange, request: request,
                limit: limit ?? min(configuration.pageEvents, configuration.maximumPageEvents),
                bytes: configuration.pageBytes)
            poll.start(wait: .seconds(Int64(exchange.loop.core.isDraining ? 0 : wait)))
        } catch {
            exchange.respond(error)
        }
    }
}

/// One page on its way.
private final class Poll {
    private let exchange: Exchange
    private let request: SubscribeRequest
    private let limit: Int
    private let bytes: Int
    private let beginning: ReadPlace
    private var place: ReadPlace
    private var watch: Watch?
    private var timer: Scheduled<Void>?
    private var isOver = false

    init(_ exchange: Exchange, request: SubscribeRequest, limit: Int, bytes: Int) {
        self.exchange = exchange
        self.request = request
        self.limit = limit
        self.bytes = bytes
        beginning = request.start.place(in: exchange.loop.hub.log)
        place = beginning
    }

    func start(wait: TimeAmount) {
        if wait > .zero {
            watchForMore()
            exchange.onAbandon = { [self] in stop() }
            exchange.onDrain = { [self] in read(isLast: true) }
            let bound = NIOLoopBound(self, eventLoop: exchange.eventLoop)
            timer = exchange.eventLoop.scheduleTask(in: wait) {
                bound.value.timer = nil
                bound.value.read(isLast: true)
            }
        }
        read(isLast: wait <= .zero)
    }

    /// Watches before it reads, so that nothing comes in between.
    private func watchForMore() {
        watch = exchange.loop.hub.watch(request.selection) { [self] in
            stopWatching()
            watchForMore()
            read(isLast: false)
        }
    }

    private func read(isLast: Bool) {
        guard !isOver else { return }
        let read = ReadRequest(selection: request.selection, place: place, maximumEvents: limit, maximumBytes: bytes)
        exchange.read(read) { [self] result in
            guard !isOver else { return }
            switch result {
            case .failure(let error):
                stop()
                exchange.respond(Problem(error))
            case .success(let page):
                if hasNews(page) || (isLast && page.isAtHead) {
                    stop()
                    exchange.respond(response(page))
                } else {
                    // Nothing selected so far; the log may have been read only in part.
                    place = page.next
                    if !page.isAtHead { readOn(isLast: isLast) }
                }
            }
        }
    }

    /// In another turn of the loop: a wildcard that matches little may have much to look at.
    private func readOn(isLast: Bool) {
        let bound = NIOLoopBound(self, eventLoop: exchange.eventLoop)
        exchange.eventLoop.execute { bound.value.read(isLast: isLast) }
    }

    /// Whether there is something that the client does not know. That a topic has ended is news once, and when there
    /// is nothing left to wait for.
    private func hasNews(_ page: Page) -> Bool {
        !page.events.isEmpty || !page.gaps.isEmpty || page.ended.count == request.selection.count
            || page.ended.contains { $0.position > beginning.position }
    }

    private func stop() {
        isOver = true
        timer?.cancel()
        timer = nil
        stopWatching()
    }

    private func stopWatching() {
        if let watch { exchange.loop.hub.end(watch) }
        watch = nil
    }

    private func response(_ page: Page) -> Response {
        let epoch = exchange.loop.hub.log.epoch
        var json = ByteBuffer()
        json.writeString(#"{"events":["#)
        for (number, event) in page.events.enumerated() {
            if number > 0 { json.writeString(",") }
            EventEnvelope.write(event, id: Cursor(epoch: epoch, position: event.position).description, into: &json)
        }
        json.writeString(#"],"cursor":"\#(Cursor(epoch: epoch, position: page.next.position))""#)
        if let missed = MissedEvents(page, behind: place, requested: request.start.text, epoch: epoch) {
            json.writeString(#","gap":"#)
            missed.writeJSON(into: &json)
        }
        if !page.ended.isEmpty {
            json.writeString(#","ended":["#)
            for (number, ended) in page.ended.enumerated() {
                if number > 0 { json.writeString(",") }
                JSONText.writeString(ended.topic.name, into: &json)
            }
            json.writeString("]")
        }
        json.writeString("}\n")
        return .json(200, json, headers: [("cache-control", "no-store")])
    }
}

extension Query {
    /// A whole number in a range, or nil when it is not there.
    fileprivate func number(_ name: String, in range: ClosedRange<Int>) throws(Problem) -> Int? {
        guard let text = self[name] else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw .badRequest(
                "invalid-\(name)",
                "\(name) is a whole number from \(range.lowerBound) to \(range.upperBound), not '\(text.prefix(40))'")
        }
        return number
    }
}
