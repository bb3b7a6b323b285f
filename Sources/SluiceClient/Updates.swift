/// A subscription as it is read: events and what goes with them, over as many connections as it takes.
///
/// Nothing is read ahead but what a socket brings at once, so a slow reader slows the gateway's sending and not
/// itself. Ends when everything selected has ended. Throws `CancellationError`, and `ClientError` for what trying again
/// would not change. Each iterator is a subscription of its own.
package struct Updates: AsyncSequence, Sendable {
    package typealias Element = Update

    private let makeConnector: @Sendable () -> any WireConnector
    private let clock: any Clock<Duration>
    private let makeGenerator: @Sendable () -> any RandomNumberGenerator

    init(
        clock: any Clock<Duration>,
        makeGenerator: @escaping @Sendable () -> any RandomNumberGenerator = { SystemRandomNumberGenerator() },
        makeConnector: @escaping @Sendable () -> any WireConnector
    ) {
        self.clock = clock
        self.makeGenerator = makeGenerator
        self.makeConnector = makeConnector
    }

    package func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(connector: makeConnector(), clock: clock, generator: makeGenerator())
    }

    package struct AsyncIterator: AsyncIteratorProtocol {
        private enum State {
            case disconnected
            /// `hasBegun` when the gateway has said that the subscription is known.
            case connected(hasBegun: Bool)
            case waiting(Duration)
            case finished
        }

        private var connector: any WireConnector
        private let clock: any Clock<Duration>
        private var generator: any RandomNumberGenerator
        private var state = State.disconnected
        private var reconnection = Reconnection()
        /// What came together and is handed over one by one.
        private var ready: ArraySlice<Update> = []

        init(connector: any WireConnector, clock: any Clock<Duration>, generator: any RandomNumberGenerator) {
            self.connector = connector
            self.clock = clock
            self.generator = generator
        }

        package mutating func next(isolation actor: isolated (any Actor)?) async throws -> Update? {
            while true {
                if let update = ready.popFirst() { return update }
                do {
                    guard try await advance() else {
                        state = .finished
                        return nil
                    }
                } catch let loss as Disconnection where !Task.isCancelled {
                    reconnection.told = connector.reconnectionTime
                    let wait = reconnection.wait(atLeast: loss.atLeast, using: &generator)
                    state = .waiting(wait)
                    ready = [.disconnected(reason: loss.reason, retryIn: wait)]
                } catch {
                    state = .finished
                    try Task.checkCancellation()
                    throw error
                }
            }
        }

        package mutating func next() async throws -> Update? {
            try await next(isolation: nil)
        }

        /// - Returns: whether there is more to do.
        private mutating func advance() async throws -> Bool {
            switch state {
            case .finished:
                return false
            case .waiting(let wait):
                try await clock.sleep(for: wait)
                state = .disconnected
            case .disconnected:
                try await connector.connect()
                state = .connected(hasBegun: false)
            case .connected(let hasBegun):
                guard let updates = try await connector.receive() else { return false }
                ready = updates[...]
                let saysConnected = updates.contains(where: \.isConnected)
                // A connection that is accepted and closed at once is of no use; one that brought anything was.
                if hasBegun || updates.count > (saysConnected ? 1 : 0) { reconnection.succeeded() }
                if saysConnected { state = .connected(hasBegun: true) }
            }
            return true
        }
    }
}

extension Update {
    fileprivate var isConnected: Bool {
        switch self {
        case .connected: true
        case .event, .gap, .ended, .disconnected: false
        }
    }
}
