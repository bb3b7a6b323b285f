internal import NIOCore
internal import SluiceBus

/// What is said over a WebSocket.
protocol Conversation: SubscriberDelegate {
    /// The connection's end of the bus, once `start` was called.
    var subscriber: Subscriber? { get }

    func start()
    func received(_ data: ByteBuffer, isText: Bool)
    /// The session has been idle or not; it is about to be pinged.
    func beat()
}
