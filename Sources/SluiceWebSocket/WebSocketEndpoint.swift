internal import NIOCore
internal import SluiceAccess
package import SluiceConnection
package import SluiceTopics
internal import SluiceWire

/// Answers `Upgrade: websocket` (RFC 6455 § 4.2) and `:protocol: websocket` (RFC 8441 § 5).
package struct WebSocketEndpoint: Sendable {
    private let configuration: WebSocketConfiguration

    package init(configuration: WebSocketConfiguration) {
        self.configuration = configuration
    }

    /// - Parameter topic: nil for `/subscribe`, where the topics are in the query or named later.
    package func subscribe(_ exchange: Exchange, topic: Topic?) {
        let speaksJSON = exchange.request.list("sec-websocket-protocol").contains(JSONConversation.subprotocol)
        do throws(Problem) {
            let request = try SubscribeRequest(
                exchange.request, topic: topic,
                maximumTopics: exchange.loop.core.configuration.limits.topicsPerSubscription,
                needsSelection: false, defaultStart: .latest)
            let principal = exchange.principal
            // A browser cannot see why a handshake was refused, but it sees a close code.
            converse(exchange, subprotocol: speaksJSON ? JSONConversation.subprotocol : nil) { handler in
                do throws(Problem) {
                    let principal = try principal.get()
                    try principal.authoriseSubscribing(to: request.selection)
                    if let topic, !speaksJSON {
                        return .raw(RawConversation(handler, principal, topic, request))
                    } else {
                        return .json(JSONConversation(handler, principal, request))
                    }
                } catch {
                    return .refused(error)
                }
            }
        } catch {
            exchange.respond(error)
        }
    }

    /// One topic, whose messages come as they are.
    ///
    /// - Parameters:
    ///   - topic: that the request selects.
    ///   - refusal: why the client may not subscribe to it.
    package func watch(_ exchange: Exchange, _ topic: Topic, _ request: Result<SubscribeRequest, Problem>) {
        let principal = exchange.principal
        converse(exchange, subprotocol: nil) { handler in
            do throws(Problem) {
                return .raw(RawConversation(handler, try principal.get(), topic, try request.get()))
            } catch {
                return .refused(error)
            }
        }
    }

    private func converse(
        _ exchange: Exchange, subprotocol: String?,
        _ makeConversation: @escaping (WebSocketHandler) -> WebSocketHandler.Opening
    ) {
        do throws(Problem) {
            var head = try agree(to: exchange.request)
            if exchange.loop.core.isDraining { throw .draining }
            let deflate = try agreeOnCompression(exchange.request)
            if let deflate { head.headers.append(("sec-websocket-extensions", deflate.response)) }
            if let subprotocol { head.headers.append(("sec-websocket-protocol", subprotocol)) }
            let (loop, configuration) = (exchange.loop, configuration)
            let client = exchange.request.address
            let writesToSocket = exchange.writesToSocket
            exchange.takeOver(head) {
                WebSocketHandler(
                    loop: loop, client: client, configuration: configuration, writesToSocket: writesToSocket,
                    deflate: deflate, open: makeConversation)
            }
        } catch {
            exchange.respond(error)
        }
    }

    private func agreeOnCompression(_ request: Request) throws(Problem) -> PermessageDeflate? {
        guard let field = request.header("sec-websocket-extensions") else { return nil }
        do {
            let offers = try WebSocketExtension.list(field)
            return configuration.permessageDeflate ? PermessageDeflate(acceptingOneOf: offers) : nil
        } catch {
            throw .badRequest("invalid-handshake", "Sec-WebSocket-Extensions is a list of extensions (RFC 6455 § 9.1)")
        }
    }

    private func agree(to request: Request) throws(Problem) -> TakeoverHead {
        guard request.header("sec-websocket-version") == WebSocketHandshake.version else {
            var problem = Problem(426, "websocket-version", "this gateway speaks WebSocket version 13 (RFC 6455 § 4.4)")
            problem.headers = [("sec-websocket-version", WebSocketHandshake.version)]
            throw problem
        }
        // Over HTTP/2 the stream itself is the upgrade, and there is no key (RFC 8441 § 5).
        if request.tunnelProtocol != nil { return TakeoverHead(status: 200, headers: []) }
        guard request.list("connection").contains(where: { $0.lowercased() == "upgrade" }) else {
            throw .badRequest(
                "invalid-handshake", "a WebSocket handshake is a GET with 'Connection: Upgrade' (RFC 6455 § 4.2.1)")
        }
        guard let key = request.header("sec-websocket-key"), WebSocketHandshake.isValidKey(key) else {
            throw .badRequest(
                "invalid-handshake", "Sec-WebSocket-Key is 16 bytes in Base64 (RFC 6455 § 4.2.1)")
        }
        return TakeoverHead(
            status: 101,
            headers: [
                ("upgrade", "websocket"), ("connection", "Upgrade"),
                ("sec-websocket-accept", WebSocketHandshake.accept(forKey: key)),
            ])
    }
}
