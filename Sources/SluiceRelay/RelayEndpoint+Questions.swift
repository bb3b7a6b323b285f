internal import NIOHTTP1
package import SluiceConnection
internal import SluiceGeneration

/// Paths that are bound to a question: a page opens one as an `EventSource` or a `WebSocket`, and shows what comes.
extension RelayEndpoint {
    /// Asks the question that the query completes, and has the client watch its answer. A client that comes back with
    /// an id of the answer goes on with that, and nothing is asked again.
    package func ask(_ question: Question, _ exchange: Exchange) {
        do throws(Problem) {
            let request = exchange.request
            guard request.isWatching else {
                // A page that opens a link, or shows an image, does not mean to ask.
                throw Problem(
                    406, "not-acceptable",
                    "this is asked with 'Accept: text/event-stream', as EventSource does, or over a WebSocket")
            }
            let principal = try exchange.principal.get()
            // Over a WebSocket, text has no ids to come back with.
            let format = try GenerationEndpoint.format(of: request) ?? (request.isWebSocketHandshake ? .deltas : .text)
            switch Start(continuing: request) {
            case .after(let cursor): return watching.resume(exchange, after: cursor, format)
            case .unreadable, .earliest, .latest: throw .unknownCursor
            case nil: break
            }
            if exchange.loop.core.isDraining { throw .draining }
            let upstream = try upstream(question.upstream, for: principal)
            let body = try question.body.body { (name) throws(Problem) in
                guard let value = request.query[name] else {
                    throw .badRequest("missing-parameter", "the query has no '\(name)': ?\(name)=…")
                }
                return value
            }
            let caller = Caller(exchange)
            let watcher = Recipient.watcher { result in
                // Before it is watched over its wire, it is not unwatched.
                if case .success(let generation) = result { generation.join() }
                caller.onLoop { self.watching.begin($0, result, format) }
            }
            var generator = SystemRandomNumberGenerator()
            try call(
                upstream, as: principal, for: watcher,
                RelayCall.Outgoing(
                    method: .POST, target: question.target,
                    headers: ["content-type": "application/json", "accept": "text/event-stream"], body: body),
                id: GenerationID(using: &generator)
            ).start(asksForStream: true)
        } catch {
            watching.open(exchange, .failure(error))
        }
    }
}
