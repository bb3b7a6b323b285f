import NIOCore
import SluiceTestSupport
import SluiceWire
import Testing

@Suite struct WebSocketFrameTests {
    @Test("The examples of RFC 6455 § 5.7 are written as they stand there")
    func examples() {
        let hello = ByteBuffer(string: "Hello")
        #expect(WebSocketFrame.encode(.text, hello).bytes == [0x81, 0x05, 0x48, 0x65, 0x6C, 0x6C, 0x6F])
        #expect(
            WebSocketFrame.encode(.text, hello, maskingKey: RawFrame.key).bytes
                == [0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58])
        #expect(WebSocketFrame.encode(.ping, hello).bytes == [0x89, 0x05, 0x48, 0x65, 0x6C, 0x6C, 0x6F])
        #expect(
            WebSocketFrame.encodeFragment(.text, ByteBuffer(string: "Hel"), isFinal: false).bytes
                == [0x01, 0x03, 0x48, 0x65, 0x6C])
        #expect(
            WebSocketFrame.encodeFragment(.continuation, ByteBuffer(string: "lo"), isFinal: true).bytes
                == [0x80, 0x02, 0x6C, 0x6F])
    }

    @Test("A length takes the fewest bytes that can hold it")
    func lengths() {
        func header(_ count: Int) -> [UInt8] {
            let frame = WebSocketFrame.encode(.binary, ByteBuffer(repeating: 0, count: count))
            return Array(frame.bytes.prefix(frame.readableBytes - count))
        }
        #expect(header(0) == [0x82, 0])
        #expect(header(125) == [0x82, 125])
        #expect(header(126) == [0x82, 126, 0, 126])
        #expect(header(65535) == [0x82, 126, 0xFF, 0xFF])
        #expect(header(65536) == [0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0])
    }

    @Test("A payload that is a slice of a larger buffer is written alone")
    func slices() {
        var buffer = ByteBuffer(string: "...data...")
        buffer.moveReaderIndex(forwardBy: 3)
        let slice = buffer.readSlice(length: 4) ?? ByteBuffer()
        #expect(WebSocketFrame.encode(.text, slice).bytes == [0x81, 4] + Array("data".utf8))
    }

    @Test("A close frame has its code and reason, or nothing at all")
    func close() {
        #expect(WebSocketFrame.close(.normal).bytes == [0x88, 2, 0x03, 0xE8])
        #expect(WebSocketFrame.close(.gap, reason: "gap").bytes == [0x88, 5, 0x11, 0x3A] + Array("gap".utf8))
        #expect(WebSocketFrame.close(nil, reason: "never sent").bytes == [0x88, 0])
        #expect(WebSocketFrame.close(nil, maskingKey: RawFrame.key).bytes == [0x88, 0x80] + RawFrame.keyBytes)
        #expect(
            WebSocketFrame.close(.normal, maskingKey: RawFrame.key).bytes
                == [0x88, 0x82] + RawFrame.keyBytes + [0x03 ^ 0x37, 0xE8 ^ 0xFA])
    }

    @Test(
        "A long reason is cut to 123 bytes at the end of a character",
        arguments: [
            (String(repeating: "x", count: 123), 123), (String(repeating: "x", count: 124), 123),
            (String(repeating: "x", count: 122) + "é", 122), (String(repeating: "x", count: 121) + "é", 123),
            (String(repeating: "x", count: 121) + "€", 121), (String(repeating: "x", count: 120) + "😀", 120),
            (String(repeating: "😀", count: 40), 120), ("x" + String(repeating: "\u{301}", count: 100), 123),
        ])
    func longReasons(reason: String, bytes: Int) {
        let frame = WebSocketFrame.close(.policyViolation, reason: reason)
        let expected = String(decoding: reason.utf8.prefix(bytes), as: UTF8.self)
        #expect(frame.readableBytes == 4 + bytes)
        #expect(
            WebSocketTranscript(frame.bytes, role: .client).inputs == [.close(.policyViolation, reason: expected)])
    }

    @Test("Masking with every phase and length is the byte by byte rule of RFC 6455 § 5.3, and undoes itself")
    func masking() {
        var generator = SplitMix64(seed: 1)
        for count in 0...70 {
            let payload = generator.bytes(count)
            for offset in 0..<9 {
                var buffer = ByteBuffer(bytes: Array(repeating: 0, count: offset) + payload)
                buffer.moveReaderIndex(forwardBy: offset)
                RawFrame.key.apply(to: &buffer)
                #expect(buffer.bytes == RawFrame.masked(payload))
                RawFrame.key.apply(to: &buffer)
                #expect(buffer.bytes == payload)
            }
        }
    }

    @Test("Masking leaves a shared buffer alone")
    func maskingCopiesOnWrite() {
        let original = ByteBuffer(string: "shared")
        var masked = original
        RawFrame.key.apply(to: &masked)
        #expect(original == ByteBuffer(string: "shared"))
        #expect(masked != original)
    }
}
