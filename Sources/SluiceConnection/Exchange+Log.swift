internal import NIOCore
internal import SluiceBus
package import SluiceLog
internal import SluiceWire

extension Exchange {
    /// Refuses in the way that the client's wire understands, also what is only temporary.
    package func refuse(_ problem: Problem) {
        loop.core.router.refuse(self, with: problem)
    }

    /// Reads a page; `done` comes on the event loop, and not at all when the client is gone.
    package func read(_ request: ReadRequest, _ done: @escaping (Result<Page, ReadError>) -> Void) {
        let bound = NIOLoopBound((self, done), eventLoop: eventLoop)
        loop.hub.log.read(request) { result in
            bound.eventLoop.run {
                let (exchange, done) = bound.value
                if !exchange.isAbandoned { done(result) }
            }
        }
    }

    /// Publishes; `done` comes on the event loop, also when the client is gone. While it is under way, draining
    /// waits for it.
    package func publish(_ request: AppendRequest, _ done: @escaping (Result<Receipt, AppendError>) -> Void) {
        let bound = NIOLoopBound(done, eventLoop: eventLoop)
        loop.core.publish(request, on: eventLoop) { result in bound.value(result) }
    }
}

extension EventLoop {
    /// Runs the body on the loop: now, if this is the loop.
    func run(_ body: @escaping @Sendable () -> Void) {
        if inEventLoop { body() } else { execute(body) }
    }
}

extension Problem {
    package init(_ error: ReadError) {
        switch error {
        case .unavailable: self = .overloaded("the log cannot be read now")
        }
    }

    package init(_ error: AppendError) {
        switch error {
        case .topicEnded(let topic):
            self.init(409, "topic-ended", "the topic '\(topic)' has had its last event", closeCode: .badOperation)
        case .keyReused:
            self.init(
                422, "idempotency-key-reused", "the idempotency key was used with a different publish",
                closeCode: .badOperation)
        case .tooLarge(let maximumBytes):
            self = .tooLarge("the event", limit: maximumBytes)
        case .mixedDurability:
            self.init(
                400, "mixed-durability", "the topics of a batch are all kept on disk or all in memory",
                closeCode: .badOperation)
        case .storageFull:
            self.init(
                507, "storage-full", "the log has no room for events now", closeCode: .overloaded, retryAfter: 5)
        case .unavailable:
            self = .overloaded("the log cannot take events now")
        }
    }
}
