internal import AsyncHTTPClient
internal import FoundationEssentials
package import NIOCore
internal import NIOHTTP1
package import SluiceTopics

extension SluiceClient {
    /// A body of several events, which are published one by one while it arrives.
    package enum StreamFormat: String, Hashable, Sendable {
        /// Each line is a JSON text, which is an event's data.
        case jsonLines = "application/x-ndjson"
        /// For lines of plain text, see `TextLines`.
        case eventStream = "text/event-stream"
    }

    /// Publishes one event.
    ///
    /// - Parameters:
    ///   - data: text if it is UTF-8 and the content type does not say otherwise.
    ///   - idempotencyKey: publishes once, however often this is called with it.
    ///   - endsTopic: whether the topic ends with this event.
    /// - Throws: `unreachable`, in which case the event may have been published or not; `refused`.
    @discardableResult
    package func publish(
        _ data: ByteBuffer, to topic: Topic, type: String? = nil, contentType: String? = nil,
        idempotencyKey: String? = nil, endsTopic: Bool = false
    ) async throws -> Published {
        var query: [(name: String, value: String)] = []
        if let type { query.append(("type", type)) }
        if endsTopic { query.append(("end", "true")) }
        var request = publishRequest(topic, query)
        if let contentType { request.headers.add(name: "content-type", value: contentType) }
        if let idempotencyKey { request.headers.add(name: "idempotency-key", value: idempotencyKey) }
        request.body = .bytes(data)
        return try await answer(to: request, deadline: .now() + Self.idleTime)
    }

    /// Publishes the events of a body while it arrives. It takes as long as the body does.
    ///
    /// - Parameter type: for the events that name none.
    /// - Throws: `unreachable` or `refused`; the events before that are published.
    @discardableResult
    package func publish<Chunks: AsyncSequence & Sendable>(
        stream: Chunks, as format: StreamFormat, to topic: Topic, type: String? = nil
    ) async throws -> PublishedStream where Chunks.Element == ByteBuffer {
        var request = publishRequest(topic, type.map { [("type", $0)] } ?? [])
        request.headers.add(name: "content-type", value: format.rawValue)
        request.body = .stream(stream, length: .unknown)
        return try await answer(to: request, deadline: .distantFuture)
    }

    private func publishRequest(_ topic: Topic, _ query: [(name: String, value: String)]) -> HTTPClientRequest {
        var request = httpRequest(for: url.target("/topics/" + topic.name, query: query))
        request.method = .POST
        return request
    }

    /// A request as it begins, whatever it is for.
    func httpRequest(for target: String) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: url.http(target))
        request.headers = credentials
        request.tlsConfiguration = tls
        return request
    }

    var credentials: HTTPHeaders {
        key.map { ["authorization": "Bearer \($0)"] } ?? [:]
    }

    private func answer<Answer: Decodable>(to request: HTTPClientRequest, deadline: NIODeadline) async throws -> Answer
    {
        let response: HTTPClientResponse
        let body: ByteBuffer
        do {
            response = try await httpClient.execute(request, deadline: deadline)
            body = try await response.body.collect(upTo: Refusal.maximumBodyBytes)
        } catch {
            if Task.isCancelled { throw CancellationError() }
            throw ClientError(code: .unreachable, message: "\(url) cannot be reached: \(ConnectionFault(error))")
        }
        guard response.status == .ok || response.status == .created else {
            throw Refusal(status: response.status, headers: response.headers, body: body).asError
        }
        do {
            return try JSONDecoder().decode(Answer.self, from: Data(body.readableBytesView))
        } catch {
            throw ClientError.violation("\(url) did not answer as a gateway does")
        }
    }
}
