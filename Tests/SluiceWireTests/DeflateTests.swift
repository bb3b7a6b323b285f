import NIOCore
import SluiceTestSupport
import SluiceWire
import Testing

@Suite("DEFLATE") struct DeflateTests {
    private static let text = ByteBuffer(string: (0..<2000).map { "{\"value\":\($0 % 97)}," }.joined())

    private static func deflated(_ content: ByteBuffer, windowBits: Int = 15, level: Int = 6) -> ByteBuffer {
        var output = ByteBuffer()
        Deflater(windowBits: windowBits, level: level).deflate(content, into: &output)
        return output
    }

    @Test("what was compressed comes back, for every window and level")
    func roundTrip() throws {
        var generator = SplitMix64(seed: 1)
        let inflater = Inflater()
        for content in [ByteBuffer(), ByteBuffer(string: "a"), Self.text, ByteBuffer(bytes: generator.bytes(100_000))] {
            for windowBits in Deflater.windowBits {
                for level in [1, 6, 9] {
                    let data = Self.deflated(content, windowBits: windowBits, level: level)
                    #expect(data.readableBytesView.suffix(4) == [0, 0, 0xFF, 0xFF])
                    #expect(data.readableBytes <= Deflater.maximumBytes(for: content.readableBytes))
                    #expect(try inflater.inflate(data, limit: content.readableBytes) == content)
                }
            }
        }
    }

    @Test("no result depends on what the deflater compressed before")
    func independence() {
        let deflater = Deflater(windowBits: 15, level: 6)
        var first = ByteBuffer()
        var second = ByteBuffer()
        deflater.deflate(Self.text, into: &first)
        deflater.deflate(Self.text, into: &second)
        #expect(first == second)
    }

    @Test("a result beyond the limit is refused at the limit, whatever it would become")
    func limit() throws {
        let bomb = Self.deflated(ByteBuffer(repeating: 0, count: 16 << 20))
        #expect(bomb.readableBytes < 20_000)
        let inflater = Inflater()
        #expect(throws: Inflater.Failure.tooLarge) { try inflater.inflate(bomb, limit: 1000) }
        #expect(throws: Inflater.Failure.tooLarge) { try inflater.inflate(bomb, limit: 16 << 20 - 1) }
        #expect(throws: Inflater.Failure.tooLarge) { try inflater.inflate(bomb, limit: 0) }
        let whole = try inflater.inflate(bomb, limit: 16 << 20)
        #expect(whole.readableBytes == 16 << 20)
    }

    @Test("what is not DEFLATE data is refused, and the inflater works on")
    func invalid() throws {
        let inflater = Inflater()
        for bytes in [[0x07], [0xFF, 0xFF], [0x01, 0x01, 0x00, 0x00, 0x00, 0x61], [0x4B, 0x04, 0x61]] as [[UInt8]] {
            #expect(throws: Inflater.Failure.invalid) {
                try inflater.inflate(ByteBuffer(bytes: bytes), limit: 100)
            }
        }
        // A reference to before the beginning: a copy of three bytes from one byte back, first of all.
        #expect(throws: Inflater.Failure.invalid) {
            try inflater.inflate(ByteBuffer(bytes: [0x03, 0x02, 0x00]), limit: 100)
        }
        let again = try inflater.inflate(Self.deflated(Self.text), limit: 1 << 20)
        #expect(again == Self.text)
    }

    @Test("data may go on behind a final block (RFC 7692 § 7.2.3.4)")
    func finalBlock() throws {
        let hello: [UInt8] = [0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00]
        let inflater = Inflater()
        let once = try inflater.inflate(ByteBuffer(bytes: hello + [0x00] + Deflater.tail), limit: 100)
        #expect(once == ByteBuffer(string: "Hello"))
        let twice = try inflater.inflate(ByteBuffer(bytes: hello + hello), limit: 10)
        #expect(twice == ByteBuffer(string: "HelloHello"))
        #expect(throws: Inflater.Failure.tooLarge) {
            try inflater.inflate(ByteBuffer(bytes: hello + hello), limit: 9)
        }
    }

    @Test("a gzip stream of compressed and stored blocks has the checksum and the length of all their content")
    func gzip() throws {
        let deflater = Deflater(windowBits: 15, level: 6)
        let contents = [
            ByteBuffer(string: "small"), Self.text, ByteBuffer(), ByteBuffer(repeating: 7, count: 200_000),
        ]
        var stream = GzipStream()
        var body = ByteBuffer()
        var plain = ByteBuffer()
        for (number, content) in contents.enumerated() {
            let block = number % 2 == 0 ? GzipBlock(storing: content) : GzipBlock(content, with: deflater)
            // Without a sync flush there are readers that would not show it yet.
            #expect(block.bytes.readableBytesView.suffix(4).elementsEqual(Deflater.tail))
            stream.append(block)
            body.writeImmutableBuffer(block.bytes)
            plain.writeImmutableBuffer(content)
        }
        let trailer = stream.trailer
        body.writeImmutableBuffer(trailer.getSlice(at: 0, length: 2) ?? ByteBuffer())
        let inflated = try Inflater().inflate(body, limit: plain.readableBytes)
        #expect(inflated == plain)
        #expect(trailer.getInteger(at: 2, endianness: .little) == CRC32.of(plain))
        #expect(trailer.getInteger(at: 6, endianness: .little) == UInt32(plain.readableBytes))
        #expect(trailer.readableBytes == 10)
        #expect(GzipStream.header.getBytes(at: 0, length: 4) == [0x1F, 0x8B, 8, 0])
    }
}
