public import NIOCore

public enum CRC32 {
    /// The checksum bit by bit, as RFC 1952 § 8 defines it.
    public static func of(_ content: ByteBuffer) -> UInt32 {
        ~content.readableBytesView.reduce(UInt32.max) { checksum, byte in
            (0..<8).reduce(checksum ^ UInt32(byte)) { value, _ in
                value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1
            }
        }
    }
}
