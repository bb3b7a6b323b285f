internal import NIOCore

/// Puts the fragments of a message together (RFC 6455 § 5.4), and expands a message that was compressed
/// (RFC 7692 § 6.2).
///
/// What it keeps is the payload so far and a few counters, so that a message costs its bytes and not its fragments.
struct WebSocketMessageAssembler: Sendable {
    /// How many fragments of a message may be empty. Each of the others uses up some of the message's maximum size;
    /// these would let a peer keep a message open for ever.
    static let maximumEmptyFragments = 1024

    /// What the unfinished message is, or nil between messages.
    private(set) var opcode: WebSocketOpcode?
    /// Whether the unfinished message is compressed.
    private(set) var isCompressed = false
    private var payload = ByteBuffer()
    private var validator = UTF8Validator()
    private var emptyFragments = 0

    /// How many bytes of the unfinished message are here, as they came.
    var byteCount: Int { payload.readableBytes }

    /// Notes the beginning of a data frame.
    ///
    /// - Parameter header: of a text, binary or continuation frame that is allowed here.
    mutating func begin(_ header: WebSocketFrameHeader) throws(WebSocketError) {
        if header.opcode != .continuation {
            opcode = header.opcode
            isCompressed = header.isCompressed
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
            if opcode == .text, !isCompressed {
                isValid = validator.consume(UnsafeRawBufferPointer(rebasing: destination[..<bytes.count]))
            }
            return bytes.count
        }
        if !isValid { throw Self.invalidText }
    }

    /// Ends the message with its final frame.
    ///
    /// - Parameters:
    ///   - inflater: needed for a compressed message.
    ///   - maximumBytes: the limit for its expanded bytes.
    mutating func finish(inflater: Inflater?, maximumBytes: Int) throws(WebSocketError) -> WebSocketInput {
        let isText = opcode == .text
        var message = payload
        payload = ByteBuffer()
        if isCompressed {
            guard let inflater else { preconditionFailure("RSV1 is refused without an extension") }
            message = try Self.expand(message, with: inflater, maximumBytes: maximumBytes)
            if isText { _ = message.withUnsafeReadableBytes { validator.consume($0) } }
        }
        if isText, !validator.isComplete { throw Self.invalidText }
        opcode = nil
        isCompressed = false
        return isText ? .text(message) : .binary(message)
    }

    private static func expand(
        _ message: ByteBuffer, with inflater: Inflater, maximumBytes: Int
    ) throws(WebSocketError) -> ByteBuffer {
        // The sender has cut off the end of the flush (RFC 7692 § 7.2.2).
        var message = message
        message.writeBytes(Deflater.tail)
        do {
            return try inflater.inflate(message, limit: maximumBytes)
        } catch {
            switch error {
            case .invalid:
                throw WebSocketError(
                    code: .invalidPayload, message: "a compressed message that is not DEFLATE data (RFC 7692 § 7.2.2)")
            case .tooLarge:
                throw .messageTooBig(maximumBytes: maximumBytes)
            }
        }
    }

    private static let invalidText = WebSocketError(
        code: .invalidPayload, message: "text that is not UTF-8 (RFC 6455 § 8.1)")
}
