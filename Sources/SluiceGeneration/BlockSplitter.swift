package import NIOCore

/// Cuts a stream of server-sent events into its blocks, each as it came with the empty line behind it (HTML Standard
/// § 9.2.6). Lines end in CRLF, LF or CR.
package struct BlockSplitter {
    /// A block has more bytes than it may have.
    package struct TooLong: Error, Hashable, Sendable {
        package let maximumBytes: Int
    }

    private let maximumBytes: Int
    private var pending = ByteBuffer()
    /// How much of `pending` was looked at.
    private var scanned = 0
    private var isLineEmpty = true
    private var isBlockEmpty = true
    private var wasCarriageReturn = false

    package init(maximumBytes: Int) {
        self.maximumBytes = maximumBytes
    }

    /// Whether a block has begun and not ended.
    package var isInBlock: Bool { !isBlockEmpty }

    /// - Returns: the blocks that these bytes complete, without those that hold nothing.
    /// - Throws: `TooLong`; nothing can be read from the stream any more then.
    package mutating func append(_ bytes: ByteBuffer) throws(TooLong) -> [ByteBuffer] {
        pending.writeImmutableBuffer(bytes)
        var blocks: [ByteBuffer] = []
        while let length = nextEnd() {
            let wasEmpty = isBlockEmpty
            isBlockEmpty = true
            scanned = 0
            guard let block = pending.readSlice(length: length) else { break }
            if !wasEmpty {
                guard length <= maximumBytes else { throw TooLong(maximumBytes: maximumBytes) }
                blocks.append(block)
            }
        }
        guard pending.readableBytes <= maximumBytes else { throw TooLong(maximumBytes: maximumBytes) }
        // Blocks hold on to the memory that they are slices of.
        pending = pending.readableBytes == 0 ? ByteBuffer() : ByteBuffer(bytes: pending.readableBytesView)
        return blocks
    }

    /// The length of what stands before the end of the next empty line.
    private mutating func nextEnd() -> Int? {
        pending.withUnsafeReadableBytes { bytes in
            while scanned < bytes.count {
                let byte = bytes[scanned]
                scanned += 1
                if byte == lineFeed, wasCarriageReturn {
                    // The second half of a line's end: of the block, or of the empty line that ended the last one.
                    wasCarriageReturn = false
                    if isBlockEmpty { return scanned }
                    continue
                }
                wasCarriageReturn = byte == carriageReturn
                guard byte == lineFeed || byte == carriageReturn else {
                    isLineEmpty = false
                    isBlockEmpty = false
                    continue
                }
                guard isLineEmpty else {
                    isLineEmpty = true
                    continue
                }
                if wasCarriageReturn, scanned < bytes.count, bytes[scanned] == lineFeed {
                    wasCarriageReturn = false
                    scanned += 1
                }
                return scanned
            }
            return nil
        }
    }
}

private let lineFeed = UInt8(ascii: "\n")
private let carriageReturn = UInt8(ascii: "\r")
