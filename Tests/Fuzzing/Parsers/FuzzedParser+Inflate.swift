internal import NIOCore
internal import SluiceWire

extension FuzzedParser {
    /// The first byte chooses the limit of the result, and the second how the rest is compressed to be expanded again.
    static func checkInflate(_ input: [UInt8]) throws(BrokenPromise) {
        guard input.count >= 2 else { return }
        let limit = 1 << (Int(input[0]) % 18)
        let bytes = ByteBuffer(bytes: input[2...])
        let inflater = Inflater()
        if let result = try? inflater.inflate(bytes, limit: limit) {
            try promise(result.readableBytes <= limit, "\(result.readableBytes) bytes of at most \(limit)")
        }

        let sizes = Deflater.windowBits
        let deflater = Deflater(
            windowBits: sizes.lowerBound + Int(input[1]) % sizes.count, level: 1 + Int(input[1]) / sizes.count % 9)
        var compressed = ByteBuffer()
        deflater.deflate(bytes, into: &compressed)
        try promise(
            compressed.readableBytes <= Deflater.maximumBytes(for: bytes.readableBytes),
            "\(bytes.readableBytes) bytes became \(compressed.readableBytes)")
        // The inflater is the one that has just failed, or not.
        let again = try? inflater.inflate(compressed, limit: bytes.readableBytes)
        try promise(again == bytes, "\(bytes) came back as \(String(describing: again))")
    }
}
