internal import NIOHTTP1
package import SluiceAccess
package import SluiceTopics
internal import SluiceWire

/// Decides what a request is: who may make it, from which pages, and which wire answers it.
package struct Router: Sendable {
    package typealias Endpoint = @Sendable (Exchange) -> Void

    /// The endpoints of topics. Each gets only requests whose principal is known, but for `webSocket`, which tells
    /// a wrong one in its own way: a browser cannot see a refused handshake.
    package struct TopicEndpoints: Sendable {
        /// A topic, or nil for `/subscribe`.
        package typealias Subscribe = @Sendable (Exchange, Topic?) -> Void

        package var webSocket: Subscribe
        package var eventStream: Subscribe
        package var history: Subscribe
        package var publish: @Sendable (Exchange, Topic) -> Void

        package init(
            webSocket: @escaping Subscribe, eventStream: @escaping Subscribe, history: @escaping Subscribe,
            publish: @escaping @Sendable (Exchange, Topic) -> Void
        ) {
            self.webSocket = webSocket
            self.eventStream = eventStream
            self.history = history
            self.publish = publish
        }
    }

    /// Everything that is not a topic: by path, then by method.
    package typealias Resources = [String: [String: Endpoint]]

    private let topics: TopicEndpoints
    private let resources: Resources
    /// Everything below a path, by the path with its last slash; `/name/`.
    private let trees: Resources
    /// Paths that stand for a topic.
    private let routes: [String: Topic]
    /// Paths that are served also on connections beyond the limit: health and metrics.
    private let essentials: Set<String>
    /// Paths whose `GET` is not safe (RFC 9110 § 9.2.1).
    private let unsafe: Set<String>
    private let authorizer: any Authorizer
    private let origins: OriginPolicy

    package init(
        topics: TopicEndpoints, resources: Resources, trees: Resources = [:], essentials: Set<String>,
        unsafe: Set<String> = [], routes: [String: Topic],
        authorizer: any Authorizer,
        origins: OriginPolicy
    ) {
        self.topics = topics
        self.resources = resources
        self.trees = trees
        self.routes = routes
        self.essentials = essentials
        self.unsafe = unsafe
        self.authorizer = authorizer
        self.origins = origins
    }

    /// Serves what an operator needs most when there is too much of everything else, and refuses the rest.
    func routeEssential(_ exchange: Exchange, orRefuseWith problem: Problem) {
        route(exchange, refusal: essentials.contains(exchange.request.path) ? nil : problem)
    }

    /// - Parameter refusal: what is answered in place of the resource, and as readable to a page as that would be.
    func route(_ exchange: Exchange, refusal: Problem? = nil) {
        do throws(Problem) {
            try checkNames(of: exchange)
            if let refusal { throw refusal }
            guard exchange.request.method != .OPTIONS else { return exchange.respond(preflight(exchange.request)) }
            try dispatch(exchange)
        } catch {
            refuse(exchange, with: error)
        }
    }

    /// Answers a refusal in the way that the client's wire understands. An `EventSource` gives up for good on any
    /// status but 200, so what is only temporary is told to it in a stream that says when to come back.
    func refuse(_ exchange: Exchange, with problem: Problem) {
        let request = exchange.request
        if problem.isTemporary, request.method == .GET, request.acceptsEventStream, !request.isWebSocketHandshake {
            exchange.refused(problem)
            exchange.respond(problem.eventStreamResponse)
        } else {
            exchange.respond(problem)
        }
    }

    // MARK: Names and origins

    private func checkNames(of exchange: Exchange) throws(Problem) {
        let request = exchange.request
        guard origins.allowsHost(request.authority) else {
            throw Problem(
                403, "host-not-allowed",
                "an open gateway answers only to loopback names; list '\(request.authority?.prefix(100) ?? "")' in "
                    + "access.allowedHosts to use it")
        }
        let isUnsafe = unsafe.contains(request.path)
        guard let origin = request.header("origin") else {
            // A browser leaves it out of a `GET` that a page makes without minding the answer (Fetch § 3.2), and says
            // in another way that it is not for a page of this site (Fetch Metadata § 2.4).
            if isUnsafe, ["cross-site", "same-site"].contains(request.header("sec-fetch-site")) {
                throw .originNotAllowed("another site")
            }
            return
        }
        exchange.extraHeaders.append(("vary", "origin"))
        if origins.allowsOrigin(origin, host: request.authority) {
            exchange.extraHeaders.append(("access-control-allow-origin", origin))
            exchange.extraHeaders.append(("access-control-expose-headers", "retry-after, location, sluice-generation"))
        } else if isUnsafe || !request.isSafe || request.method == .OPTIONS || request.isWebSocketHandshake {
            throw .originNotAllowed(String(origin.prefix(200)))
        }
    }

    /// Every field may be sent: who may not come was refused before.
    private func preflight(_ request: Request) -> Response {
        Response(
            status: 204,
            headers: [
                ("access-control-allow-methods", "GET, POST, DELETE"),
                (
                    "access-control-allow-headers",
                    request.header("access-control-request-headers")
                        ?? "authorization, content-type, idempotency-key, last-event-id, cache-control, x-api-key"
                ),
                ("access-control-max-age", "600"),
            ])
    }

    // MARK: Paths and wires

    private func dispatch(_ exchange: Exchange) throws(Problem) {
        let request = exchange.request
        // RFC 8441 § 4 and RFC 9220 § 3
        if let name = request.tunnelProtocol, !request.isWebSocketHandshake {
            throw Problem(501, "protocol-not-supported", "CONNECT is for 'websocket' here, not '\(name.prefix(40))'")
        }
        if let methods = resources[request.path] { return try serve(exchange, by: methods) }
        if request.path == "/subscribe" { return try subscribe(exchange, to: nil) }
        guard let topic = try topic(in: request.path) else {
            guard let methods = tree(of: request.path) else { throw .notFound(request.path) }
            return try serve(exchange, by: methods)
        }
        switch request.method {
        case .POST:
            try authenticate(exchange)
            topics.publish(exchange, topic)
        default:
            try subscribe(exchange, to: topic)
        }
    }

    private func serve(_ exchange: Exchange, by methods: [String: Endpoint]) throws(Problem) {
        // RFC 9110 § 9.3.2: what answers GET answers HEAD, without the content. Over HTTP/2 a WebSocket is a CONNECT.
        let request = exchange.request
        let method = request.method == .HEAD || request.isWebSocketHandshake ? "GET" : request.method.rawValue
        guard let endpoint = methods[method] else { throw .methodNotAllowed(Array(methods.keys)) }
        if request.isWebSocketHandshake { authenticateLater(exchange) } else { try authenticate(exchange) }
        endpoint(exchange)
    }

    private func tree(of path: String) -> [String: Endpoint]? {
        let first = path.utf8.dropFirst().prefix { $0 != UInt8(ascii: "/") }
        return trees["/\(Substring(first))/"]
    }

    private func topic(in path: String) throws(Problem) -> Topic? {
        if let topic = routes[path] { return topic }
        let prefix = "/topics/"
        guard path.hasPrefix(prefix) else { return nil }
        do {
            return try Topic(percentEncodedPath: Substring(path.utf8.dropFirst(prefix.utf8.count)))
        } catch {
            throw .invalidTopic(error)
        }
    }

    private func subscribe(_ exchange: Exchange, to topic: Topic?) throws(Problem) {
        let request = exchange.request
        guard request.method == .GET || request.method == .HEAD || request.isWebSocketHandshake else {
            throw .methodNotAllowed(topic == nil ? ["GET"] : ["GET", "POST"])
        }
        if request.isWebSocketHandshake {
            authenticateLater(exchange)
            topics.webSocket(exchange, topic)
        } else {
            try authenticate(exchange)
            if request.acceptsEventStream, request.method == .GET {
                topics.eventStream(exchange, topic)
            } else {
                topics.history(exchange, topic)
            }
        }
    }

    // MARK: Access

    private func authenticate(_ exchange: Exchange) throws(Problem) {
        exchange.principal = .success(try principal(of: exchange))
    }

    /// A browser cannot see why a handshake was refused, so the session tells it.
    private func authenticateLater(_ exchange: Exchange) {
        exchange.principal = Result { () throws(Problem) in try principal(of: exchange) }
    }

    private func principal(of exchange: Exchange) throws(Problem) -> Principal {
        do {
            return try authorizer.authenticate(exchange.request.credentials, now: .now)
        } catch {
            switch error {
            case .unknownKey:
                throw .unauthorised("the key is not known here")
            case .invalidTicket:
                throw .unauthorised("the ticket was used before, has expired, or never existed")
            case .keyInQueryNotAllowed:
                throw .unauthorised("a key in the query is not allowed here: use a ticket (POST /tickets)")
            }
        }
    }
}

extension Request {
    var credentials: Credentials {
        if let value = header("authorization") {
            let parts = value.split(separator: " ", maxSplits: 1)
            guard parts.count == 2, parts[0].lowercased() == "bearer" else { return .bearer("") }
            return .bearer(String(parts[1]))
        }
        // Where SDKs of some model providers put their key.
        if let key = header("x-api-key") { return .bearer(key) }
        if let ticket = query["ticket"] { return .ticket(ticket) }
        if let key = query["key"] { return .keyInQuery(key) }
        return .none
    }
}

extension Problem {
    fileprivate static func originNotAllowed(_ origin: String) -> Problem {
        Problem(403, "origin-not-allowed", "pages of \(origin) may not use this gateway", closeCode: .forbidden)
    }

    static func methodNotAllowed(_ allowed: [String]) -> Problem {
        // Where GET is, HEAD is too.
        let methods = (allowed + (allowed.contains("GET") ? ["HEAD"] : [])).sorted().joined(separator: ", ")
        var problem = Problem(405, "method-not-allowed", "this resource takes \(methods)")
        problem.headers = [("allow", methods)]
        return problem
    }
}
