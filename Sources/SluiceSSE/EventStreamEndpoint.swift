internal import NIOCore
internal import SluiceAccess
internal import SluiceBus
package import SluiceConnection
internal import SluiceLog
package import SluiceTopics

/// Answers `GET` with `Accept: text/event-stream` (HTML Standard § 9.2).
package struct EventStreamEndpoint: Sendable {
    private let configuration: EventStreamConfiguration

    package init(configuration: EventStreamConfiguration) {
        self.configuration = configuration
    }

    package func subscribe(_ exchange: Exchange, topic: Topic?) {
        do throws(Problem) {
            let request = try SubscribeRequest(
                exchange.request, topic: topic,
                maximumTopics: exchange.loop.core.configuration.limits.topicsPerSubscription,
                needsSelection: true, defaultStart: .latest)
            try exchange.authoriseSubscribing(to: request.selection)
            stream(exchange, request)
        } catch {
            exchange.respond(error)
        }
    }

    /// - Parameter request: of someone who may subscribe to it.
    package func stream(_ exchange: Exchange, _ request: SubscribeRequest) {
        if exchange.loop.core.isDraining { return exchange.refuse(.draining) }
        if request.selection.contains(where: \.hasWildcard) {
            open(exchange, request)
        } else {
            openUnlessEnded(exchange, request)
        }
    }

    /// `EventSource` stops for good on 204, which is right when the cursor is behind the last event that there
    /// will ever be.
    private func openUnlessEnded(_ exchange: Exchange, _ request: SubscribeRequest) {
        let log = exchange.loop.hub.log
        let place = request.start.place(in: log)
        let read = ReadRequest(selection: request.selection, place: place, maximumEvents: 1, maximumBytes: 1)
        exchange.read(read) { result in
            switch result {
            case .success(let page):
                let isOver =
                    page.events.isEmpty && page.gaps.isEmpty && page.isAtHead
                    && page.ended.count == request.selection.count
                    && page.ended.allSatisfy { $0.position <= place.position }
                if isOver {
                    exchange.respond(Response(status: 204, headers: [("cache-control", "no-store")]))
                } else {
                    open(exchange, request)
                }
            case .failure(let error):
                exchange.refuse(Problem(error))
            }
        }
    }

    private func open(_ exchange: Exchange, _ request: SubscribeRequest) {
        let coding: ContentCoding = configuration.gzip && exchange.request.acceptsGzip ? .gzip : .identity
        var head = TakeoverHead(
            status: 200,
            headers: [
                ("content-type", "text/event-stream"), ("cache-control", "no-store"), ("x-accel-buffering", "no"),
            ])
        if coding == .gzip { head.headers.append(("content-encoding", "gzip")) }
        let hub = exchange.loop.hub
        let configuration = configuration
        let writesToSocket = exchange.writesToSocket
        exchange.takeOver(head) {
            EventStreamHandler(
                hub: hub, request: request, coding: coding, configuration: configuration, writesToSocket: writesToSocket
            )
        }
    }
}
