/// The part of a frame before its payload (RFC 6455 § 5.2).
struct WebSocketFrameHeader: Hashable, Sendable {
    var isFinal: Bool
    /// RSV1 in the first frame of a message: it is compressed (RFC 7692 § 6).
    var isCompressed = false
    var opcode: WebSocketOpcode
    var payloadLength: Int
    var maskingKey: WebSocketMaskingKey?

    /// The longest header there is: 2 bytes, 8 of length, 4 of masking key.
    static let maximumByteCount = 14

    /// How many bytes the header takes, with its length in the fewest bytes that can hold it.
    var byteCount: Int {
        let lengthBytes =
            switch payloadLength {
            case ...125: 0
            case ...0xFFFF: 2
            default: 8
            }
        return 2 + lengthBytes + (maskingKey == nil ? 0 : 4)
    }
}
