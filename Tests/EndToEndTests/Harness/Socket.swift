import Glibc
import NIOCore

/// What a session's bytes go by.
protocol ByteStream: AnyObject {
    func send(_ buffer: ByteBuffer) throws
    /// Appends what has arrived, waiting for the first byte of it.
    ///
    /// - Returns: false when the peer has closed its side.
    func receive(into buffer: inout ByteBuffer) throws -> Bool
}

/// A blocking connection to the gateway, with nothing between the test and the bytes.
final class Socket: ByteStream {
    /// Only turns a hang into a failure. What a gateway does in a task waits for its turn among the tests that run at the
    /// same time, which on a slow machine was half a minute.
    static let patience = 120

    private var descriptor: CInt
    private let deadline: ContinuousClock.Instant

    /// - Parameters:
    ///   - receiveBufferBytes: `SO_RCVBUF`, for a client that stalls soon.
    ///   - lifetime: how long a test may go on with it; a bound for one that waits in a loop.
    init(to address: SocketAddress, receiveBufferBytes: Int? = nil, lifetime: Duration = .seconds(240)) throws {
        deadline = .now + lifetime
        descriptor = address.withSockAddr { address, _ in
            socket(CInt(address.pointee.sa_family), CInt(SOCK_STREAM.rawValue), 0)
        }
        guard descriptor >= 0 else { throw ClientError.system("socket", errno) }
        if let receiveBufferBytes { try setOption(SO_RCVBUF, CInt(receiveBufferBytes)) }
        try setOption(SO_RCVTIMEO, timeval(tv_sec: Self.patience, tv_usec: 0))
        try setOption(SO_SNDTIMEO, timeval(tv_sec: Self.patience, tv_usec: 0))
        if address.port != nil { try setOption(CInt(TCP_NODELAY), CInt(1), level: CInt(IPPROTO_TCP)) }
        let result = address.withSockAddr { connect(descriptor, $0, socklen_t($1)) }
        guard result == 0 else { throw ClientError.system("connect", errno) }
    }

    /// The other end of a connection.
    init(accepted descriptor: CInt, lifetime: Duration = .seconds(240)) throws {
        deadline = .now + lifetime
        self.descriptor = descriptor
        try setOption(SO_RCVTIMEO, timeval(tv_sec: Self.patience, tv_usec: 0))
        try setOption(SO_SNDTIMEO, timeval(tv_sec: Self.patience, tv_usec: 0))
        try setOption(CInt(TCP_NODELAY), CInt(1), level: CInt(IPPROTO_TCP))
    }

    deinit { close() }

    private func setOption<Value>(_ name: CInt, _ value: Value, level: CInt = SOL_SOCKET) throws {
        let result = withUnsafeBytes(of: value) {
            setsockopt(descriptor, level, name, $0.baseAddress, socklen_t($0.count))
        }
        guard result == 0 else { throw ClientError.system("setsockopt", errno) }
    }

    // MARK: Sending

    func send(_ bytes: some Sequence<UInt8>) throws {
        try Array(bytes).withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Glibc.send(
                    descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count, CInt(MSG_NOSIGNAL))
                guard count > 0 else { throw Self.failure("send") }
                rest = rest.dropFirst(count)
            }
        }
    }

    func send(_ text: String) throws { try send(text.utf8) }

    func send(_ buffer: ByteBuffer) throws { try send(buffer.readableBytesView) }

    /// Sends the bytes in pieces of a size, each in a segment of its own.
    func send(_ bytes: some Sequence<UInt8>, inPiecesOf size: Int) throws {
        let bytes = Array(bytes)
        for start in stride(from: 0, to: bytes.count, by: size) {
            try send(bytes[start..<min(start + size, bytes.count)])
        }
    }

    /// Sends what fits into the kernel's buffers now.
    ///
    /// - Returns: how many bytes that was; 0 when the peer does not read.
    func sendWithoutWaiting(_ bytes: [UInt8]) throws -> Int {
        let count = bytes.withUnsafeBytes {
            Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL) | CInt(MSG_DONTWAIT))
        }
        if count >= 0 { return count }
        guard errno == EAGAIN else { throw Self.failure("send") }
        return 0
    }

    // MARK: Receiving

    /// Appends what has arrived, waiting for the first byte of it.
    ///
    /// - Returns: false when the peer has closed its side.
    func receive(into buffer: inout ByteBuffer, atMost limit: Int) throws -> Bool {
        var count = 0
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: limit) { bytes in
            count = recv(descriptor, bytes.baseAddress, limit, 0)
            return max(count, 0)
        }
        guard count >= 0 else { throw Self.failure("recv") }
        guard ContinuousClock.now < deadline else { throw ClientError.timedOut("the test") }
        return count > 0
    }

    func receive(into buffer: inout ByteBuffer) throws -> Bool { try receive(into: &buffer, atMost: 64 << 10) }

    /// Whether the connection brings something, or its end, within a time.
    func brings(withinMilliseconds time: Int32) throws -> Bool {
        var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let count = Glibc.poll(&poll, 1, time)
        guard count >= 0 else { throw ClientError.system("poll", errno) }
        return count > 0
    }

    /// Reads nothing for a while: what a client does that stalls.
    func standStill(forMilliseconds time: Int32) { _ = Glibc.poll(nil, 0, time) }

    private static func failure(_ call: String) -> ClientError {
        errno == EAGAIN ? .timedOut(call) : .system(call, errno)
    }

    // MARK: Closing

    /// Ends this side; what the gateway sends can still be read.
    func closeOutput() { shutdown(descriptor, CInt(SHUT_WR)) }

    func close() {
        guard descriptor >= 0 else { return }
        _ = Glibc.close(descriptor)
        descriptor = -1
    }

    /// Cuts the connection with a RST, as a machine that loses its network does sooner or later.
    func reset() {
        try? setOption(SO_LINGER, linger(l_onoff: 1, l_linger: 0))
        close()
    }
}
