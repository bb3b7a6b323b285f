import NIOCore
import SluiceWire

/// Frames as a test writes them: any bits, also wrong ones.
enum RawFrame {
    static let key = WebSocketMaskingKey(0x37, 0xFA, 0x21, 0x3D)
    static let keyBytes: [UInt8] = [0x37, 0xFA, 0x21, 0x3D]

    /// A masked frame, as a client sends it.
    static func client(_ first: UInt8, _ payload: some Collection<UInt8>) -> [UInt8] {
        header(first, masked: true, length: payload.count) + keyBytes + masked(payload)
    }

    static func client(_ first: UInt8, _ text: String) -> [UInt8] { client(first, Array(text.utf8)) }

    /// An unmasked frame, as a server sends it.
    static func server(_ first: UInt8, _ payload: some Collection<UInt8>) -> [UInt8] {
        header(first, masked: false, length: payload.count) + payload
    }

    static func masked(_ payload: some Collection<UInt8>) -> [UInt8] {
        payload.enumerated().map { $1 ^ keyBytes[$0 % 4] }
    }

    private static func header(_ first: UInt8, masked: Bool, length: Int) -> [UInt8] {
        let mask: UInt8 = masked ? 0x80 : 0
        switch length {
        case ...125: return [first, mask | UInt8(length)]
        case ...0xFFFF: return [first, mask | 126, UInt8(length >> 8), UInt8(length & 0xFF)]
        default: return [first, mask | 127] + (0..<8).reversed().map { UInt8(length >> ($0 * 8) & 0xFF) }
        }
    }
}

extension ByteBuffer {
    var bytes: [UInt8] { Array(readableBytesView) }
}
