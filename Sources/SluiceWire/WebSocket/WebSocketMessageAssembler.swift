internal import NIOCore

/// Puts the fragments of a message together (RFC 6455 § 5.4).
///
/// What it keeps is the payload so far and a few counters, so that a message costs its bytes and not its fragments.
struct WebSocketMessageAssembler: Sendable {
    /// How many fragments of a message may be empty. Each of the others uses up some of the message's maximum size;
    /// these would let a peer keep a message open for ever.
    static let maximumEmptyFragments = 1024

    /// What the unfinished message is, or nil between messages.
    private(set) var opcode: WebSocketOpcode?
    private var payload = ByteBuffer()
    private var validator = UTF8Validator()
    private var emptyFragments = 0

    /// How many bytes of the unfinished message are here.
    var byteCount: Int { payload.readableBytes }

    /// Notes the beginning of a data frame.
    ///
    /// - Parameter header: of a text, binary or continuation frame that is allowed here.
    mutating func begin(_ header: WebSocketFrameHeader) throws(WebSocketError) {
        if header.opcode != .continuation {
            opcode = header.opcode
            validator = UTF8Validator()
            emptyFragments = 0
        }
        guard header.payloadLength == 0 else { return }
        emptyFragments += 1
        if emptyFragments > Self.maximumEmptyFragments {
            throw WebSocketError(code: .policyViolation, message: "too many empty fragments (RFC 6455 § 10.4)")
        }
    }

    /// Adds the next bytes of a frame's payload, unmasked in the same pass that copies them.
    ///
    /// - Throws: 1007 as soon as the text cannot become valid UTF-8 any more.
    mutating func append(_ bytes: UnsafeRawBufferPointer, maskingKey: WebSocketMaskingKey?) throws(WebSocketError) {
        var isValid = true
        payload.writeWithUnsafeMutableBytes(minimumWritableBytes: bytes.count) { destination in
            if let maskingKey {
                maskingKey.apply(to: destination, from: bytes)
            } else {
                destination.copyMemory(from: bytes)
            }
            if opcode == .text {
                isValid = validator.consume(UnsafeRawBufferPointer(rebasing: destination[..<bytes.count]))
            }
            return bytes.count
        }
        if !isValid { throw Self.invalidText }
    }

    /// Ends the message with its final frame.
    mutating func finish() throws(WebSocketError) -> WebSocketInput {
        let isText = opcode == .text
        if isText, !validator.isComplete { throw Self.invalidText }
        opcode = nil
        let message = payload
        payload = ByteBuffer()
        return isText ? .text(message) : .binary(message)
    }

    private static let invalidText = WebSocketError(
        code: .invalidPayload, message: "text that is not UTF-8 (RFC 6455 § 8.1)")
}
