internal import NIOCore
internal import SluiceConnection
internal import SluiceLog

extension WebSocketHandler {
    /// Publishes for the client; `done` comes on the event loop, with the handler as it then is.
    func publish(
        _ request: AppendRequest,
        done: @escaping (_ handler: WebSocketHandler, Result<Receipt, AppendError>) -> Void
    ) {
        publishBegan()
        let bound = NIOLoopBound((self, done), eventLoop: loop.eventLoop)
        loop.core.publish(request, on: loop.eventLoop) { result in
            let (handler, done) = bound.value
            handler.publishEnded()
            done(handler, result)
        }
    }
}
