import Glibc
import NIOCore
import NIOEmbedded
import NIOPosix
import Testing

@testable import SluiceBus

@Suite("The short cut to a socket")
struct SocketLaneTests {
    /// A channel on one end of a pair of sockets, and the other end.
    private struct Pair {
        let channel: any Channel
        let peer: CInt

        init() async throws {
            var ends: [CInt] = [-1, -1]
            try #require(socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &ends) == 0)
            // So little that a large write is short.
            var bytes: CInt = 4096
            try #require(
                setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &bytes, socklen_t(MemoryLayout<CInt>.size)) == 0)
            peer = ends[1]
            channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .withConnectedSocket(ends[0]).get()
        }

        /// Calls the body on the channel's loop.
        func onLoop<Value: Sendable>(_ body: @escaping @Sendable (any Channel) throws -> Value) async throws -> Value {
            try await channel.eventLoop.submit { [channel] in try body(channel) }.get()
        }

        func read(_ count: Int) async throws -> [UInt8] {
            var bytes: [UInt8] = []
            while bytes.count < count {
                let taken = try await NIOThreadPool.singleton.runIfActive { [peer, bytes] in
                    var part = [UInt8](repeating: 0, count: count - bytes.count)
                    let number = Glibc.read(peer, &part, part.count)
                    return part.prefix(max(0, number))
                }
                guard !taken.isEmpty else { break }
                bytes += taken
            }
            return bytes
        }

        func end() async throws {
            try? await channel.close()
            close(peer)
        }
    }

    private static let words = ["one ", "two ", "three "].map { ByteBuffer(string: $0) }

    @Test("sends at once what the socket takes")
    func sending() async throws {
        let pair = try await Pair()
        let rests = try await pair.onLoop { channel in
            var lane = try #require(SocketLane(to: channel))
            #expect(!lane.isOpen)
            lane.openIfAllIsWritten()
            #expect(lane.isOpen)
            return Self.words.map { lane.send($0) }
        }
        #expect(rests == [nil, nil, nil])
        #expect(try await String(decoding: pair.read(14), as: UTF8.self) == "one two three ")
        try await pair.end()
    }

    @Test("sends what a drain had in its order, with one call")
    func joining() async throws {
        let pair = try await Pair()
        try await pair.onLoop { channel in
            var lane = try #require(SocketLane(to: channel))
            lane.openIfAllIsWritten()
            var scratch = ByteBuffer()
            for _ in 0..<2 {
                let batch = try #require(UnsentBytes.Batch(Self.words))
                #expect(lane.send(batch.joined(in: &scratch)) == nil)
            }
        }
        #expect(try await String(decoding: pair.read(28), as: UTF8.self) == "one two three one two three ")
        try await pair.end()
    }

    @Test(
        "hands back what the socket does not take, and stays closed until the channel has written it",
        arguments: [false, true])
    func shortWrite(isJoined: Bool) async throws {
        let pair = try await Pair()
        let bytes = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 / 251 &+ $0) }
        let half = 300_000
        let written = try await pair.onLoop { channel -> EventLoopFuture<Void> in
            var lane = try #require(SocketLane(to: channel))
            lane.openIfAllIsWritten()
            var scratch = ByteBuffer()
            let parts = isJoined ? [bytes.prefix(half), bytes.dropFirst(half)] : [bytes[...]]
            let batch = try #require(UnsentBytes.Batch(parts.map { ByteBuffer(bytes: $0) }))
            let rest = lane.send(batch.joined(in: &scratch))
            let left = try #require(rest)
            #expect(left.readableBytes > 0 && left.readableBytes < bytes.count)
            #expect(!lane.isOpen)
            // What is put together next must not be the rest.
            scratch.clear()
            scratch.writeString("other")
            let written = channel.writeAndFlush(left)
            lane.openIfAllIsWritten()
            #expect(!lane.isOpen)
            let loopBound = NIOLoopBound(lane, eventLoop: channel.eventLoop)
            return written.map {
                var lane = loopBound.value
                lane.openIfAllIsWritten()
                #expect(lane.isOpen)
            }
        }
        #expect(try await pair.read(bytes.count) == bytes)
        try await written.get()
        try await pair.end()
    }

    @Test("hands back everything when the peer is gone, so that the channel finds out")
    func brokenPipe() async throws {
        let pair = try await Pair()
        let peer = pair.peer
        let rest = try await pair.onLoop { channel -> ByteBuffer? in
            var lane = try #require(SocketLane(to: channel))
            lane.openIfAllIsWritten()
            // On the channel's loop, so that it has not heard of it.
            close(peer)
            return lane.send(Self.words[0])
        }
        #expect(rest == Self.words[0])
        try? await pair.channel.close()
    }

    /// The number of its socket may by now be that of another connection's.
    @Test("is of no use when the channel has closed since")
    func closed() async throws {
        let pair = try await Pair()
        try await pair.onLoop { channel in
            var lane = try #require(SocketLane(to: channel))
            lane.openIfAllIsWritten()
            #expect(lane.isUsable)
            channel.close(promise: nil)
            #expect(!lane.isUsable)
        }
        #expect(try await pair.read(1) == [])
        close(pair.peer)
    }

    @Test("is none to a channel without a socket")
    func noSocket() {
        #expect(SocketLane(to: EmbeddedChannel()) == nil)
    }
}

extension UnsentBytes.Batch {
    fileprivate init?(_ buffers: [ByteBuffer]) {
        var unsent = UnsentBytes()
        for buffer in buffers { unsent.append(buffer) }
        guard let batch = unsent.take() else { return nil }
        self = batch
    }
}
