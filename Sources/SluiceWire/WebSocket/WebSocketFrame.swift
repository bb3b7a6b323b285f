package import NIOCore

/// Writes frames. Each result is one buffer with header and payload, ready to be sent to any number of peers.
package enum WebSocketFrame {
    /// The most bytes that a control frame's payload may have (RFC 6455 § 5.5).
    package static let maximumControlPayloadBytes = 125
    /// The most bytes that the reason in a close frame may have, beside the two of its code.
    package static let maximumReasonBytes = 123

    /// A whole message or a control frame, in one allocation of the exact size.
    ///
    /// - Parameters:
    ///   - payload: its readable bytes; at most 125 for a control frame, valid UTF-8 for text.
    ///   - isCompressed: whether the payload is a message that was compressed (RFC 7692 § 6.1).
    ///   - maskingKey: a new random key from a client, nil from a server.
    package static func encode(
        _ opcode: WebSocketOpcode, _ payload: ByteBuffer, isCompressed: Bool = false,
        maskingKey: WebSocketMaskingKey? = nil
    ) -> ByteBuffer {
        encodeFragment(opcode, payload, isFinal: true, isCompressed: isCompressed, maskingKey: maskingKey)
    }

    /// One frame of a message that may have several: the first has the message's opcode, the others are
    /// continuations, the last one is final (RFC 6455 § 5.4).
    package static func encodeFragment(
        _ opcode: WebSocketOpcode, _ payload: ByteBuffer, isFinal: Bool, isCompressed: Bool = false,
        maskingKey: WebSocketMaskingKey? = nil
    ) -> ByteBuffer {
        var header = header(opcode, of: payload.readableBytes, isFinal: isFinal, maskingKey)
        header.isCompressed = isCompressed
        var frame = ByteBufferAllocator().buffer(capacity: header.byteCount + header.payloadLength)
        header.set(at: 0, in: &frame)
        frame.moveWriterIndex(to: header.byteCount)
        if let maskingKey {
            frame.writeWithUnsafeMutableBytes(minimumWritableBytes: payload.readableBytes) { destination in
                payload.withUnsafeReadableBytes { maskingKey.apply(to: destination, from: $0) }
                return payload.readableBytes
            }
        } else {
            frame.writeImmutableBuffer(payload)
        }
        return frame
    }

    /// A whole message whose payload is written straight into the frame's buffer, so that it is never copied. Room
    /// for the longest header is left in front of it, of which up to eight bytes stay unused.
    ///
    /// - Parameters:
    ///   - estimatedPayloadBytes: how much memory to begin with.
    ///   - writePayload: appends to the buffer and does nothing else with it.
    package static func build(
        _ opcode: WebSocketOpcode, estimatedPayloadBytes: Int = 0, maskingKey: WebSocketMaskingKey? = nil,
        _ writePayload: (inout ByteBuffer) -> Void
    ) -> ByteBuffer {
        let start =
            maskingKey == nil ? WebSocketFrameHeader.maximumByteCount - 4 : WebSocketFrameHeader.maximumByteCount
        var frame = ByteBufferAllocator().buffer(capacity: start + estimatedPayloadBytes)
        frame.moveWriterIndex(to: start)
        frame.moveReaderIndex(to: start)
        writePayload(&frame)
        precondition(frame.readerIndex == start, "a frame's payload is only appended")
        maskingKey?.apply(to: &frame)
        let header = header(opcode, of: frame.readableBytes, isFinal: true, maskingKey)
        frame.moveReaderIndex(to: start - header.byteCount)
        header.set(at: frame.readerIndex, in: &frame)
        return frame
    }

    /// A close frame (RFC 6455 § 5.5.1).
    ///
    /// - Parameters:
    ///   - code: one that may be sent; nil for a frame without a code and a reason.
    ///   - reason: for a person; cut to 123 bytes at the end of a character.
    package static func close(
        _ code: WebSocketCloseCode?, reason: String = "", maskingKey: WebSocketMaskingKey? = nil
    ) -> ByteBuffer {
        guard let code else { return encode(.close, ByteBuffer(), maskingKey: maskingKey) }
        precondition(code.mayBeSent, "close code \(code) is never sent (RFC 6455 § 7.4)")
        return build(.close, estimatedPayloadBytes: maximumControlPayloadBytes, maskingKey: maskingKey) { payload in
            payload.writeInteger(code.rawValue)
            payload.writeSubstring(prefix(of: reason))
        }
    }

    private static func prefix(of reason: String) -> Substring {
        guard reason.utf8.count > maximumReasonBytes else { return reason[...] }
        var end = reason.utf8.index(reason.startIndex, offsetBy: maximumReasonBytes)
        while end.samePosition(in: reason.unicodeScalars) == nil { end = reason.utf8.index(before: end) }
        return reason[..<end]
    }

    private static func header(
        _ opcode: WebSocketOpcode, of payloadLength: Int, isFinal: Bool, _ maskingKey: WebSocketMaskingKey?
    ) -> WebSocketFrameHeader {
        precondition(
            !opcode.isControl || payloadLength <= maximumControlPayloadBytes && isFinal,
            "a control frame has at most 125 bytes and is not fragmented (RFC 6455 § 5.5)")
        return WebSocketFrameHeader(
            isFinal: isFinal, opcode: opcode, payloadLength: payloadLength, maskingKey: maskingKey)
    }
}

extension WebSocketFrameHeader {
    /// Writes the header's bytes at an index and leaves the buffer's indices where they are.
    fileprivate func set(at index: Int, in buffer: inout ByteBuffer) {
        let maskBit: UInt8 = maskingKey == nil ? 0 : 0x80
        var index = index
        index += buffer.setInteger(
            (isFinal ? 0x80 : 0) | (isCompressed ? 0x40 : 0) | opcode.rawValue, at: index)
        switch payloadLength {
        case ...125:
            index += buffer.setInteger(maskBit | UInt8(payloadLength), at: index)
        case ...0xFFFF:
            index += buffer.setInteger(maskBit | 126, at: index)
            index += buffer.setInteger(UInt16(payloadLength), at: index)
        default:
            index += buffer.setInteger(maskBit | 127, at: index)
            index += buffer.setInteger(UInt64(payloadLength), at: index)
        }
        if let maskingKey {
            buffer.setInteger(maskingKey.bigEndian, at: index)
        }
    }
}
