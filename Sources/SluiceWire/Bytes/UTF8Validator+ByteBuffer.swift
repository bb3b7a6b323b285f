package import NIOCore

extension UTF8Validator {
    /// Whether the readable bytes are valid UTF-8 as a whole.
    package static func isValid(_ buffer: ByteBuffer) -> Bool {
        var validator = UTF8Validator()
        return buffer.withUnsafeReadableBytes { validator.consume($0) } && validator.isComplete
    }
}
