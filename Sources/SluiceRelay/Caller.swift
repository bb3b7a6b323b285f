internal import NIOCore
internal import SluiceConnection

/// Who made a request that is answered from outside its event loop.
struct Caller: Sendable {
    private let exchange: NIOLoopBound<Exchange>

    /// Called on the exchange's event loop.
    init(_ exchange: Exchange) {
        self.exchange = NIOLoopBound(exchange, eventLoop: exchange.eventLoop)
    }

    func respond(_ response: Response) {
        onLoop { $0.respond(response) }
    }

    func respond(_ problem: Problem) {
        onLoop { $0.respond(problem) }
    }

    func onLoop(_ body: @escaping @Sendable (Exchange) -> Void) {
        let exchange = exchange
        if exchange.eventLoop.inEventLoop {
            body(exchange.value)
        } else {
            exchange.eventLoop.execute { body(exchange.value) }
        }
    }

    /// Answers with this head, and what is written to the stream.
    ///
    /// - Parameter gone: called once, when the client is not there any more.
    func open(_ head: TakeoverHead, gone: @escaping @Sendable () -> Void) -> Stream {
        let eventLoop = exchange.eventLoop
        let stream = NIOLoopBoundBox<RelayedStream?>.makeEmptyBox(valueType: RelayedStream.self, eventLoop: eventLoop)
        onLoop { exchange in
            guard !exchange.isAbandoned else { return gone() }
            let handler = RelayedStream(
                maximumBytes: max(exchange.loop.core.configuration.limits.outboundBytes, 1 << 20),
                isChunked: exchange.takesChunks)
            stream.value = handler
            exchange.whenEnded(gone)
            var head = head
            if exchange.takesChunks { head.headers.append(("transfer-encoding", "chunked")) }
            exchange.takeOver(head) { handler }
        }
        return Stream(handler: stream)
    }

    /// What a client gets behind the head of its answer.
    struct Stream: Sendable {
        fileprivate let handler: NIOLoopBoundBox<RelayedStream?>

        func write(_ bytes: ByteBuffer) {
            handler.eventLoop.execute { handler.value?.write(bytes) }
        }

        func end() {
            handler.eventLoop.execute { handler.value?.end() }
        }

        func abort() {
            handler.eventLoop.execute { handler.value?.abort() }
        }
    }
}
