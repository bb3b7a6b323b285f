import NIOCore
import Testing

@testable import SluiceBus

@Suite("What a subscriber was given since its last flush")
struct UnsentBytesTests {
    private func writes(_ sizes: [Int]) throws -> [Int] {
        var unsent = UnsentBytes()
        for size in sizes { unsent.append(ByteBuffer(repeating: 1, count: size)) }
        let taken = unsent.take()
        let batch = try #require(taken)
        let rest = unsent.take()
        #expect(rest?.first == nil)
        return batch.writes.map(\.readableBytes)
    }

    @Test("is written to a channel in pieces of 16 KiB at most, unless one of it is larger")
    func pieces() throws {
        #expect(try writes([10]) == [10])
        #expect(try writes([100_000]) == [100_000])
        #expect(try writes([10, 20, 30]) == [60])
        #expect(try writes([8192, 8192]) == [16384])
        #expect(try writes([8192, 8193]) == [8192, 8193])
        #expect(try writes([100, 20_000, 10, 20]) == [100, 20_000, 30])
        #expect(try writes(Array(repeating: 100, count: 170)) == [16_300, 700])
    }

    @Test("goes out in its order, and nothing twice")
    func order() throws {
        var unsent = UnsentBytes()
        var scratch = ByteBuffer()
        for round in 0..<2 {
            for word in ["a", "b", "c"] { unsent.append(ByteBuffer(string: "\(word)\(round)")) }
            let taken = unsent.take()
            let batch = try #require(taken)
            #expect(batch.writes.map { String(buffer: $0) } == ["a\(round)b\(round)c\(round)"])
            #expect(String(buffer: batch.joined(in: &scratch)) == "a\(round)b\(round)c\(round)")
        }
    }
}
