internal import Glibc
internal import NIOCore

/// A short cut to a connection's socket, around the channel, whose own path costs as much as a third of the kernel's.
///
/// It is open while the channel has nothing to write. What the socket does not take at once is handed back for the channel,
/// and the lane is closed until the channel has written all of it; so the order of the bytes is kept.
struct SocketLane {
    private(set) var isOpen = false
    private let socket: NIOBSDSocket.Handle
    private let channel: any Channel

    /// For a channel with a socket of its own, onto which bytes go as they are written; nil for any other.
    init?(to channel: any Channel) {
        let socket = try? channel.pipeline.syncOperations
            .withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) { $0 }
        guard let socket else { return nil }
        self.channel = channel
        self.socket = socket
    }

    /// The channel was flushed.
    mutating func openIfAllIsWritten() {
        isOpen = (try? channel.syncOptions?.getOption(.bufferedWritableBytes)) == 0
    }

    /// False when the channel has closed since, and its socket may be another connection's.
    var isUsable: Bool { channel.isActive }

    /// Sends on a channel that is active. The number of a socket that was closed may be another connection's; but a channel
    /// says that it is inactive before anybody else can do anything, so that who has not heard of it may send.
    ///
    /// - Returns: what the socket did not take, for the channel: the lane is closed.
    @inline(__always)
    mutating func send(_ buffer: ByteBuffer) -> ByteBuffer? {
        assert(channel.isActive, "a subscriber leaves when its channel becomes inactive")
        let sent = buffer.withUnsafeReadableBytes { bytes in
            Glibc.send(socket, bytes.baseAddress, bytes.count, CInt(MSG_NOSIGNAL | MSG_DONTWAIT))
        }
        if sent == buffer.readableBytes { return nil }
        isOpen = false
        var rest = buffer
        rest.moveReaderIndex(forwardBy: max(0, sent))
        return rest
    }
}
