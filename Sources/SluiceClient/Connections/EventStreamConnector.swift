internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
internal import SluiceTopics
internal import SluiceWire

/// Carries a subscription over event streams.
struct EventStreamConnector: WireConnector {
    private let client: SluiceClient
    private let selection: [Pattern]
    private let after: String?
    private var subscription: EventStreamSubscription
    private var parser = EventStreamParser(maximumEventBytes: 0)
    private var chunks: HTTPClientResponse.Body.AsyncIterator?

    init(client: SluiceClient, selection: [Pattern], after: String?) {
        self.client = client
        self.selection = selection
        self.after = after
        subscription = EventStreamSubscription(selection: selection, after: after)
    }

    var reconnectionTime: Duration? { subscription.reconnectionTime }

    mutating func connect() async throws {
        subscription.connect()
        parser = EventStreamParser(maximumEventBytes: SluiceClient.maximumEventBytes)
        chunks = nil
        let response: HTTPClientResponse
        do {
            response = try await client.httpClient.execute(request, timeout: SluiceClient.idleTime)
        } catch {
            throw Disconnection(reason: "\(ConnectionFault(error))")
        }
        switch response.status {
        case .ok:
            let type = response.headers.first(name: "content-type") ?? ""
            guard type.lowercased().hasPrefix("text/event-stream") else {
                throw ClientError.violation("\(client.url) does not answer with an event stream but with '\(type)'")
            }
            chunks = response.body.makeAsyncIterator()
        case .noContent:
            break
        default:
            let body = (try? await response.body.collect(upTo: Refusal.maximumBodyBytes)) ?? ByteBuffer()
            throw Refusal(status: response.status, headers: response.headers, body: body).asEndOfConnection
        }
    }

    mutating func receive() async throws -> [Update]? {
        guard chunks != nil else {
            // After 204, once to say so and once more to end.
            let ended = subscription.endedBefore()
            return ended.isEmpty ? nil : ended
        }
        while !subscription.hasEnded {
            if let item = try nextItem() { return try subscription.received(item) }
            guard let chunk = try await nextChunk() else {
                throw Disconnection(reason: "the stream ended")
            }
            parser.append(chunk)
        }
        return nil
    }

    private mutating func nextChunk() async throws -> ByteBuffer? {
        do {
            return try await chunks?.next(isolation: #isolation)
        } catch {
            throw Disconnection(reason: "\(ConnectionFault(error))")
        }
    }

    private mutating func nextItem() throws -> EventStreamItem? {
        do {
            return try parser.next()
        } catch {
            throw ClientError.violation(error.message)
        }
    }

    private var request: HTTPClientRequest {
        var query = selection.map { (name: "topic", value: $0.text) }
        query.append(("format", "json"))
        var lastEventID: String?
        if let resume = subscription.place.resume {
            // As `after`, a wrong cursor is the caller's mistake; as the last event ID of a stream, a gap.
            if resume == after { query.append(("after", resume)) } else { lastEventID = resume }
        }
        var request = client.httpRequest(for: client.url.target("/subscribe", query: query))
        request.headers.add(name: "accept", value: "text/event-stream")
        if let lastEventID { request.headers.add(name: "last-event-id", value: lastEventID) }
        return request
    }
}
