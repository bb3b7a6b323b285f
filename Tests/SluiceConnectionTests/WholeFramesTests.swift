import NIOCore
import NIOEmbedded
import SluiceTestSupport
import Testing

@testable import SluiceConnection

@Suite struct WholeFramesTests {
    private static func frame(_ payload: Int, type: UInt8 = 0xEE) -> [UInt8] {
        [UInt8(payload >> 16), UInt8(payload >> 8 & 0xFF), UInt8(payload & 0xFF), type, 0, 0, 0, 0, 1]
            + [UInt8](repeating: 7, count: payload)
    }

    private static let preface = [UInt8](repeating: 1, count: 24)

    @Test("what it passes on ends where a frame ends, however it arrives, and nothing is missing", arguments: Cuts.all)
    func frames(_ cuts: Cuts) throws {
        let channel = EmbeddedChannel(handler: WholeFrames())
        let frames = [0, 1, 8, 300, 16_384, 5, 0, 0, 20].map { Self.frame($0) }
        let bytes = Self.preface + frames.flatMap(\.self)
        var ends: Set<Int> = [24]
        for frame in frames { ends.insert((ends.max() ?? 0) + frame.count) }
        var passed: [UInt8] = []
        for piece in cuts.pieces(of: bytes) {
            try channel.writeInbound(piece)
            while let part = try channel.readInbound(as: ByteBuffer.self) {
                passed += part.readableBytesView
                #expect(ends.contains(passed.count))
            }
        }
        #expect(passed == bytes)
    }

    @Test("a frame that is too large is passed on at once, to be refused")
    func tooLarge() throws {
        let channel = EmbeddedChannel(handler: WholeFrames())
        try channel.writeInbound(ByteBuffer(bytes: Self.preface + Self.frame(16_385).prefix(20)))
        #expect(try channel.readInbound(as: ByteBuffer.self)?.readableBytes == 44)
    }
}
