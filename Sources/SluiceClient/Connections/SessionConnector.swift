internal import SluiceTopics
internal import SluiceWire

/// Carries a subscription over sessions of `sluice.v1.json`.
struct SessionConnector: WireConnector {
    private let client: SluiceClient
    private var subscription: SessionSubscription
    private var connection: WebSocketConnection?

    init(client: SluiceClient, selection: [Pattern], after: String?) {
        self.client = client
        subscription = SessionSubscription(selection: selection, after: after)
    }

    var reconnectionTime: Duration? { nil }

    mutating func connect() async throws {
        let connection = try await WebSocketConnection.open(
            client, target: client.url.target("/subscribe"), subprotocol: "sluice.v1.json")
        connection.send(subscription.connect())
        self.connection = connection
    }

    mutating func receive() async throws -> [Update]? {
        guard let connection else { preconditionFailure("receive() follows a connect() that worked") }
        guard !subscription.hasEnded else {
            connection.close(.normal)
            return nil
        }
        switch try await connection.next() {
        case .text(let text):
            do {
                return try subscription.received(text)
            } catch {
                connection.close(.goingAway)
                throw error
            }
        case .close(let code, let reason):
            try Closing.check(code, reason: reason)
            return nil
        case .binary, .ping, .pong:
            return []
        }
    }
}
