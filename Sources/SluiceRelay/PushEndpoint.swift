internal import NIOCore
internal import SluiceAccess
package import SluiceConnection
internal import SluiceGeneration
internal import SluiceLog

/// `POST /generations`: a backend that asks a model itself streams the answer into a generation.
package struct PushEndpoint: Sendable {
    private let generations: Generations
    private let limits: UpstreamConfiguration.Limits

    /// - Parameter limits: those of one event and of a whole generation count.
    package init(generations: Generations, limits: UpstreamConfiguration.Limits = UpstreamConfiguration.Limits()) {
        self.generations = generations
        self.limits = limits
    }

    package func push(_ exchange: Exchange) {
        do throws(Problem) {
            if exchange.loop.core.isDraining { throw .draining }
            let principal = try exchange.principal.get()
            let id = try id(of: exchange.request)
            // Whoever may publish anything at all brings generations of its own.
            guard !principal.permissions.publish.isEmpty else {
                throw principal.isAnonymous
                    ? .unauthorised("without a key nobody may push generations here")
                    : .forbidden("'\(principal.name)' may not publish")
            }
            let format = try format(of: exchange.request)
            let framing: PushedBody.Framing
            switch exchange.request.mediaType?.essence {
            case "text/event-stream": framing = .blocks
            case "application/x-ndjson": framing = .lines
            default:
                throw Problem(
                    415, "unsupported-media-type", "a generation is text/event-stream or application/x-ndjson")
            }
            exchange.isBodyPaused = true
            let body = PushedBody(exchange, framing: framing, format: format, limits: limits)
            exchange.streamBody(to: body)
            let bound = NIOLoopBound((exchange, body), eventLoop: exchange.eventLoop)
            let beginning = GenerationRecord(.queued, format: format, owner: principal.name)
            Task {
                let result: Result<Generation, Problem>
                do throws(Generations.BeginError) {
                    result = .success(try await generations.begin(id, beginning))
                } catch {
                    result = .failure(Problem(error))
                }
                bound.eventLoop.execute {
                    let (exchange, body) = bound.value
                    body.begin(result)
                    exchange.isBodyPaused = false
                }
            }
        } catch {
            exchange.respond(error)
        }
    }

    /// A backend that names its generation can tell others where to watch before it begins.
    private func id(of request: Request) throws(Problem) -> GenerationID {
        guard let text = request.query["id"] else {
            var generator = SystemRandomNumberGenerator()
            return GenerationID(using: &generator)
        }
        guard let id = GenerationID(text) else {
            throw .badRequest("invalid-id", "a generation's id is 1 to 64 letters, digits, '-' and '_'")
        }
        return id
    }

    private func format(of request: Request) throws(Problem) -> ProviderFormat {
        guard let text = request.query["format"] else { return .text }
        guard let format = ProviderFormat(rawValue: text) else {
            let known = ProviderFormat.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
            throw .badRequest("invalid-format", "format is one of \(known), not '\(text.prefix(40))'")
        }
        return format
    }
}
