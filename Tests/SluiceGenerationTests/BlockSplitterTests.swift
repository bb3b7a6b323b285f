import NIOCore
import SluiceTestSupport
import Testing

@testable import SluiceGeneration

@Suite struct BlockSplitterTests {
    private static let streams = ["\n", "\r\n", "\r"].map { end in
        ["event: a\(end)data: 1\(end)\(end)", "data: 2\(end)data: 3\(end)\(end)", ": comment\(end)\(end)"]
    }

    @Test("blocks come as they are, with the empty line behind them, whatever ends their lines", arguments: streams)
    func blocks(blocks: [String]) throws {
        var splitter = BlockSplitter(maximumBytes: 100)
        let found = try splitter.append(ByteBuffer(string: blocks.joined())).map { String(buffer: $0) }
        #expect(found == blocks)
        #expect(!splitter.isInBlock)
    }

    @Test(
        "blocks are the same however the stream is cut, but for an end of a line that is cut in two", arguments: streams
    )
    func pieces(blocks: [String]) throws {
        var generator = SplitMix64(seed: 7)
        let stream = Array((blocks + blocks).joined().utf8)
        for size in [1, 2, 3, 7] {
            var splitter = BlockSplitter(maximumBytes: 100)
            var found: [String] = []
            var rest = stream[...]
            while !rest.isEmpty {
                let piece = rest.prefix(Int.random(in: 1...size, using: &generator))
                found += try splitter.append(ByteBuffer(bytes: piece)).map { String(buffer: $0) }
                rest = rest.dropFirst(piece.count)
            }
            let meaning = (blocks + blocks).map { ProviderBlock($0) }
            #expect(found.map { ProviderBlock($0) } == meaning)
            #expect(!splitter.isInBlock)
        }
    }

    @Test("empty lines alone are no blocks, and a block that has only begun is none yet")
    func emptyAndOpen() throws {
        var splitter = BlockSplitter(maximumBytes: 100)
        #expect(try splitter.append(ByteBuffer(string: "\n\r\n\r\n\n")).isEmpty)
        #expect(!splitter.isInBlock)
        #expect(try splitter.append(ByteBuffer(string: "data: 1\n")).isEmpty)
        #expect(splitter.isInBlock)
        #expect(try splitter.append(ByteBuffer(string: "\n")).count == 1)
    }

    @Test("a block of more bytes than it may have is refused, ended or not")
    func tooLong() throws {
        let block = "data: 12345\n\n"
        for text in [block, String(block.dropLast(2)) + "67"] {
            var splitter = BlockSplitter(maximumBytes: block.utf8.count - 1)
            #expect(throws: BlockSplitter.TooLong(maximumBytes: 12)) { try splitter.append(ByteBuffer(string: text)) }
        }
        var splitter = BlockSplitter(maximumBytes: block.utf8.count)
        for _ in 0..<3 { #expect(try splitter.append(ByteBuffer(string: block)).count == 1) }
    }
}
