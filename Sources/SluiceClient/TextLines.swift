package import NIOCore
internal import SluiceWire

/// Turns lines of text into an event stream to be published, an event for each line, while they come.
///
/// A line ends with LF or CRLF; what follows the last one is a line too unless it is empty.
package struct TextLines<Chunks: AsyncSequence & Sendable>: AsyncSequence, Sendable where Chunks.Element == ByteBuffer {
    package typealias Element = ByteBuffer

    private let chunks: Chunks

    package init(_ chunks: Chunks) {
        self.chunks = chunks
    }

    package func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(chunks: chunks.makeAsyncIterator())
    }

    package struct AsyncIterator: AsyncIteratorProtocol {
        private var chunks: Chunks.AsyncIterator
        private var encoder = TextLineEncoder()
        private var hasEnded = false

        init(chunks: Chunks.AsyncIterator) {
            self.chunks = chunks
        }

        package mutating func next(isolation actor: isolated (any Actor)?) async throws -> ByteBuffer? {
            while !hasEnded {
                let events: ByteBuffer
                if let chunk = try await chunks.next(isolation: actor) {
                    events = try encoder.encode(chunk)
                } else {
                    hasEnded = true
                    events = encoder.finish()
                }
                if events.readableBytes > 0 { return events }
            }
            return nil
        }

        package mutating func next() async throws -> ByteBuffer? {
            try await next(isolation: nil)
        }
    }
}

/// The lines of a text that comes in pieces, as the blocks of an event stream.
struct TextLineEncoder {
    /// The beginning of a line whose end has not come.
    private var rest = ByteBuffer()
    private let maximumLineBytes: Int

    init(maximumLineBytes: Int = SluiceClient.maximumEventBytes) {
        self.maximumLineBytes = maximumLineBytes
    }

    /// - Returns: an event for each line that the piece completes.
    /// - Throws: `protocolViolation` for a line that is too long to be an event.
    mutating func encode(_ chunk: ByteBuffer) throws(ClientError) -> ByteBuffer {
        var chunk = chunk
        var events = ByteBuffer()
        while let end = chunk.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) {
            if let slice = chunk.readSlice(length: end - chunk.readerIndex) { rest.writeImmutableBuffer(slice) }
            chunk.moveReaderIndex(forwardBy: 1)
            if rest.readableBytesView.last == UInt8(ascii: "\r") { rest.moveWriterIndex(to: rest.writerIndex - 1) }
            EventStreamEncoder.event(id: nil, type: nil, data: rest, into: &events)
            rest.clear()
        }
        rest.writeImmutableBuffer(chunk)
        guard rest.readableBytes <= maximumLineBytes else {
            throw .violation("a line is longer than \(maximumLineBytes) bytes")
        }
        return events
    }

    /// - Returns: an event for the last line, if no line end followed it.
    mutating func finish() -> ByteBuffer {
        var events = ByteBuffer()
        if rest.readableBytes > 0 { EventStreamEncoder.event(id: nil, type: nil, data: rest, into: &events) }
        rest.clear()
        return events
    }
}
