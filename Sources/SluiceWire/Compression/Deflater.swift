internal import CZlib
package import NIOCore

/// Compresses bytes into raw DEFLATE data (RFC 1951), each call independently of those before: what one call wrote can
/// be shared by streams whose other data differs.
///
/// It holds some 2^(windowBits + 2) + 128 Ki bytes of memory, 256 KiB for the largest window, whatever it compresses.
package final class Deflater {
    /// The windows that zlib can promise for raw data, as powers of two: 512 bytes to 32 KiB. RFC 7692 knows 256
    /// bytes too, which zlib does not keep.
    package static let windowBits = 9...15

    /// What a sync flush ends with: an empty stored block (RFC 7692 § 7.2.1).
    package static let tail: [UInt8] = [0x00, 0x00, 0xFF, 0xFF]

    // zlib's state points back at the structure, which therefore must not move.
    private let stream: UnsafeMutablePointer<z_stream>

    /// - Parameters:
    ///   - windowBits: one of `Deflater.windowBits`; no reference in the result is longer than this window.
    ///   - level: 1, the fastest, to 9, the smallest.
    package init(windowBits: Int, level: Int) {
        precondition(Deflater.windowBits.contains(windowBits), "zlib has raw windows of 9 to 15 bits")
        precondition((1...9).contains(level), "a compression level is 1 to 9")
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let status = deflateInit2_(
            stream, Int32(level), Z_DEFLATED, -Int32(windowBits), 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        precondition(status == Z_OK, "zlib accepts these parameters unless memory is exhausted")
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// Appends the input's readable bytes, compressed. The result ends at a byte boundary, behind `Deflater.tail`.
    package func deflate(_ input: ByteBuffer, into output: inout ByteBuffer) {
        deflateReset(stream)
        let bound = Int(deflateBound(stream, UInt(input.readableBytes))) + Deflater.tail.count + 1
        output.writeWithUnsafeMutableBytes(minimumWritableBytes: bound) { space in
            input.withUnsafeReadableBytes { bytes in
                // zlib reads the input through a pointer to mutable bytes and does not write there.
                stream.pointee.next_in = UnsafeMutablePointer(
                    mutating: bytes.bindMemory(to: UInt8.self).baseAddress)
                stream.pointee.avail_in = UInt32(bytes.count)
                stream.pointee.next_out = space.bindMemory(to: UInt8.self).baseAddress
                stream.pointee.avail_out = UInt32(clamping: space.count)
                let status = CZlib.deflate(stream, Z_SYNC_FLUSH)
                precondition(
                    (status == Z_OK || status == Z_BUF_ERROR) && stream.pointee.avail_in == 0
                        && stream.pointee.avail_out > 0,
                    "the space that zlib asked for is enough")
                return space.count - Int(stream.pointee.avail_out)
            }
        }
    }

    /// How large compressed data may be, however badly its content compresses.
    ///
    /// - Parameter count: the content's bytes.
    /// - Returns: more than zlib makes of it with any of its windows, of which the smallest costs 0.3 %.
    package static func maximumBytes(for count: Int) -> Int {
        count + (count >> 8) + 64
    }
}

@available(*, unavailable)
extension Deflater: Sendable {}
