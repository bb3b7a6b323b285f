internal import Crypto
internal import FoundationEssentials
package import NIOCore
internal import NIOHTTP1
internal import SluiceAccess
package import SluiceConnection
internal import SluiceGeneration
internal import Synchronization

/// `/relay/{upstream}/{path}`: passes requests on to model providers, and keeps what they stream.
package final class RelayEndpoint: Sendable {
    private let upstreams: [String: Upstream]
    private let generations: Generations
    let watching: GenerationEndpoint
    private let instruments: RelayInstruments
    /// Whether everybody may use an upstream that names no keys.
    private let isOpen: Bool
    private let underWay = Atomic(0)

    package static let path = "/relay/"

    /// - Parameter isOpen: whether everybody may use an upstream that names no keys.
    /// - Throws: for a header field of an upstream whose variable is not in the environment.
    package init(
        _ upstreams: [UpstreamConfiguration], generations: Generations, watching: GenerationEndpoint,
        instruments: RelayInstruments, isOpen: Bool, environment: [String: String], group: any EventLoopGroup
    ) throws(HeaderTemplate.MissingVariable) {
        var named: [String: Upstream] = [:]
        for upstream in upstreams {
            named[upstream.name] = try Upstream(upstream, environment: environment, group: group)
        }
        self.upstreams = named
        self.generations = generations
        self.watching = watching
        self.instruments = instruments
        self.isOpen = isOpen
    }

    /// Called when the generations have been stopped.
    package func close() async {
        // What is under way ends soon, and needs the event loops for that.
        for _ in 0..<500 where underWay.load(ordering: .relaxed) > 0 {
            try? await Task.sleep(for: .milliseconds(10))
        }
        for upstream in upstreams.values { await upstream.close() }
    }

    package func relay(_ exchange: Exchange) {
        do throws(Problem) {
            if exchange.loop.core.isDraining { throw .draining }
            let request = exchange.request
            guard [.GET, .POST].contains(request.method), !request.isWebSocketHandshake else {
                throw Problem(501, "not-relayed", "a relay passes on GET and POST, and no WebSocket")
            }
            let principal = try exchange.principal.get()
            let rest = exchange.request.path.utf8.dropFirst(Self.path.utf8.count)
            let slash = rest.firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex
            let upstream = try upstream(String(Substring(rest[..<slash])), for: principal)
            let path = String(Substring(rest[slash...].dropFirst()))
            try upstream.configuration.checkPath(path)
            exchange.collectBody(limit: upstream.configuration.limits.requestBytes) { body in
                do throws(Problem) {
                    try self.relay(exchange, to: upstream, path, as: principal, try body.get())
                } catch {
                    exchange.respond(error)
                }
            }
        } catch {
            exchange.respond(error)
        }
    }

    /// - Throws: 404 for one that there is not, 401 and 403 for one that the principal may not use.
    func upstream(_ name: String, for principal: Principal) throws(Problem) -> Upstream {
        guard let upstream = upstreams[name] else {
            throw Problem(404, "not-found", "there is no upstream '\(name.prefix(64))' here")
        }
        guard mayUse(upstream, principal) else {
            throw principal.isAnonymous
                ? .unauthorised("without a key nobody may use the upstream '\(name)'")
                : .forbidden("'\(principal.name)' may not use the upstream '\(name)'")
        }
        return upstream
    }

    private func mayUse(_ upstream: Upstream, _ principal: Principal) -> Bool {
        guard let keys = upstream.configuration.keys else { return isOpen || !principal.isAnonymous }
        return keys.contains(principal.name)
    }

    private func relay(
        _ exchange: Exchange, to upstream: Upstream, _ path: String, as principal: Principal, _ body: ByteBuffer
    ) throws(Problem) {
        let request = exchange.request
        let target = try target(request, path)
        var generator = SystemRandomNumberGenerator()
        let id = GenerationID(using: &generator)
        let asksForStream = body.asksForStream
        let claim = asksForStream ? try claim(request, to: upstream, target, as: principal, body) : nil
        if let claim {
            switch generations.claim(claim, for: id) {
            case .first: break
            case .reused: throw .keyReused
            case .paid(let earlier): return attach(exchange, to: earlier)
            }
        }
        let call: RelayCall
        do throws(Problem) {
            call = try self.call(
                upstream, as: principal, for: .caller(Caller(exchange)),
                RelayCall.Outgoing(method: request.method, target: target, headers: request.headers, body: body),
                id: id, claim: claim)
        } catch {
            if let claim { generations.release(claim, of: id) }
            throw error
        }
        // What is no generation is of no use to anybody else.
        if !asksForStream { exchange.onAbandon = { call.cancel() } }
        call.start(asksForStream: asksForStream)
    }

    /// A call that is to be started.
    ///
    /// - Throws: 429
    func call(
        _ upstream: Upstream, as principal: Principal, for recipient: Recipient, _ outgoing: RelayCall.Outgoing,
        id: GenerationID, claim: PaidRequests.Claim? = nil
    ) throws(Problem) -> RelayCall {
        do throws(UpstreamAllowance.Refusal) {
            try upstream.allowance.enter(principal.name, now: .now)
        } catch {
            throw Problem(error)
        }
        underWay.add(1, ordering: .relaxed)
        return RelayCall(
            upstream: upstream, generations: generations, recipient: recipient, principal: principal.name,
            outgoing: outgoing, id: id, claim: claim,
            series: instruments.series(upstream: upstream.configuration.name, key: principal.name),
            deadline: .now() + upstream.configuration.limits.totalTime,
            finished: { self.underWay.subtract(1, ordering: .relaxed) })
    }

    /// The path and query, without what says to the gateway who asks.
    private func target(_ request: Request, _ path: String) throws(Problem) -> String {
        guard let query = request.queryText else { return path }
        let relayed = try Query.text(query, without: ["key", "ticket"])
        return relayed.isEmpty ? path : "\(path)?\(relayed)"
    }

    private func claim(
        _ request: Request, to upstream: Upstream, _ target: String, as principal: Principal, _ body: ByteBuffer
    ) throws(Problem) -> PaidRequests.Claim? {
        guard let key = request.header("idempotency-key") else { return nil }
        guard (1...255).contains(key.utf8.count) else {
            throw .badRequest("invalid-idempotency-key", "an idempotency key has 1 to 255 bytes")
        }
        var digest = SHA256()
        digest.update(data: Data("\(request.method) \(target)\n".utf8))
        digest.update(data: Data(body.readableBytesView))
        return PaidRequests.Claim(
            key: "\(principal.name)\n\(upstream.configuration.name)\n\(key)",
            fingerprint: AccessKey.hexadecimal(digest.finalize()))
    }

    /// Answers with what another request under the same key got or gets, from its start.
    private func attach(_ exchange: Exchange, to id: GenerationID) {
        guard let generation = generations.active(id) else { return watching.replay(exchange, id) }
        let caller = Caller(exchange)
        generation.whenStarted {
            caller.onLoop { exchange in
                guard generation.hasBegun else {
                    return exchange.respond(
                        Problem(
                            409, "first-request-failed",
                            "the first request under this idempotency key came to nothing; send it again", retryAfter: 1
                        ))
                }
                self.watching.replay(exchange, id)
            }
        }
    }
}

extension Problem {
    fileprivate static let keyReused = Problem(
        422, "idempotency-key-reused", "the idempotency key was used with a different request")
}
