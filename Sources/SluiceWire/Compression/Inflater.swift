internal import CZlib
package import NIOCore

/// Expands raw DEFLATE data (RFC 1951), each call independently of those before, with a hard limit on the result.
///
/// It holds some 40 KiB of memory, whatever it expands; one is enough for all connections of a thread.
package final class Inflater {
    package enum Failure: Error, Hashable, Sendable {
        /// Not DEFLATE data, or data that goes back to before its beginning.
        case invalid
        /// More content than was allowed; that much was expanded and dropped.
        case tooLarge
    }

    private static let windowBits = 15
    // zlib's state points back at the structure, which therefore must not move.
    private let stream: UnsafeMutablePointer<z_stream>

    package init() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let status = inflateInit2_(
            stream, -Int32(Inflater.windowBits), ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        precondition(status == Z_OK, "zlib accepts these parameters unless memory is exhausted")
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// - Parameters:
    ///   - input: its readable bytes. Data may go on behind a final block (RFC 7692 § 7.2.3.4).
    ///   - limit: the most bytes that the result may have.
    /// - Returns: the content, which may be of any whole number of blocks.
    package func inflate(_ input: ByteBuffer, limit: Int) throws(Failure) -> ByteBuffer {
        var output = ByteBuffer()
        inflateReset(stream)
        let failure = input.withUnsafeReadableBytes { bytes -> Failure? in
            // zlib reads the input through a pointer to mutable bytes and does not write there.
            stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.bindMemory(to: UInt8.self).baseAddress)
            stream.pointee.avail_in = UInt32(bytes.count)
            while true {
                let (status, hasRoom) = expand(into: &output, limit: limit)
                if output.readableBytes > limit { return .tooLarge }
                switch status {
                case Z_STREAM_END:
                    if stream.pointee.avail_in == 0 { return nil }
                    goOn(behind: output)
                case Z_OK, Z_BUF_ERROR:
                    // With room left, zlib has taken all of the input that it could.
                    if hasRoom { return stream.pointee.avail_in == 0 ? nil : .invalid }
                default:
                    return .invalid
                }
            }
        }
        if let failure { throw failure }
        return output
    }

    /// Expands what fits into the space that there is, or into as much again as there is content.
    ///
    /// - Returns: zlib's status, and whether there was more space than content.
    private func expand(into output: inout ByteBuffer, limit: Int) -> (status: Int32, hasRoom: Bool) {
        let step = max(Int(stream.pointee.avail_in) * 2, output.readableBytes, 256)
        // One byte beyond the limit shows that there is more.
        let space = min(step, limit + 1 - output.readableBytes)
        var status = Z_OK
        output.writeWithUnsafeMutableBytes(minimumWritableBytes: space) { bytes in
            stream.pointee.next_out = bytes.bindMemory(to: UInt8.self).baseAddress
            stream.pointee.avail_out = UInt32(space)
            status = CZlib.inflate(stream, Z_SYNC_FLUSH)
            return space - Int(stream.pointee.avail_out)
        }
        return (status, stream.pointee.avail_out > 0)
    }

    /// Behind a final block comes another stream of blocks, which may still refer to the content so far.
    private func goOn(behind output: ByteBuffer) {
        let window = output.readableBytesView.suffix(1 << Inflater.windowBits)
        inflateReset(stream)
        window.withUnsafeBytes { bytes in
            _ = inflateSetDictionary(stream, bytes.bindMemory(to: UInt8.self).baseAddress, UInt32(bytes.count))
        }
    }
}

@available(*, unavailable)
extension Inflater: Sendable {}
