package import NIOCore

/// Turns the bytes of one direction of a WebSocket connection into messages and control frames (RFC 6455 § 5).
///
/// Append what was read, then call `next()` until it returns nil. Every rule that a frame can break is checked as
/// soon as the bytes that break it are there. After an error or a close frame the receiver is finished: it holds
/// nothing and ignores whatever follows.
///
/// A payload is copied once, unmasked and checked on the way, into a buffer of its own. So a message never pins the
/// socket's read buffer, and of an unfinished frame nothing is kept twice.
package struct WebSocketReceiver {
    private enum State: Sendable {
        case header
        /// The key is turned to the next byte of the payload, `remaining` counts those that are to come.
        case payload(WebSocketFrameHeader, remaining: Int)
        case finished
    }

    private let role: WebSocketRole
    private let maximumMessageBytes: Int
    private var state = State.header
    private var inbound = InboundBytes()
    private var assembler = WebSocketMessageAssembler()
    private let inflater: Inflater?

    /// - Parameters:
    ///   - role: the side that this receiver is on.
    ///   - maximumMessageBytes: the limit for the payload of a whole message, all its fragments together and expanded.
    ///   - inflater: expands compressed messages, if `permessage-deflate` was agreed on without a context that the
    ///     peer keeps (RFC 7692 § 7.1.1); it may be shared.
    package init(role: WebSocketRole, maximumMessageBytes: Int, inflater: Inflater? = nil) {
        precondition(maximumMessageBytes >= 0, "a message's size is not negative")
        self.role = role
        self.maximumMessageBytes = maximumMessageBytes
        self.inflater = inflater
    }

    /// How many bytes are held: what could not be read yet and the unfinished message. With `next()` called until it
    /// returns nil, at most `maximumMessageBytes` and one control frame.
    package var bufferedBytes: Int { inbound.count + assembler.byteCount }

    package mutating func append(_ bytes: ByteBuffer) {
        if case .finished = state { return }
        inbound.append(bytes)
    }

    /// The next message or control frame, or nil when more bytes are needed or the receiver is finished.
    ///
    /// - Throws: the first rule that was broken, once. The message of an error has the code to close with.
    package mutating func next() throws(WebSocketError) -> WebSocketInput? {
        do {
            return try advance()
        } catch {
            finish()
            throw error
        }
    }

    private mutating func advance() throws(WebSocketError) -> WebSocketInput? {
        while true {
            switch state {
            case .finished:
                return nil
            case .header:
                guard let header = try nextHeader() else {
                    inbound.compact()
                    return nil
                }
                inbound.buffer.moveReaderIndex(forwardBy: header.byteCount)
                if !header.opcode.isControl { try assembler.begin(header) }
                state = .payload(header, remaining: header.payloadLength)
            case .payload(let header, let remaining):
                let isTaken =
                    header.opcode.isControl
                    ? inbound.count >= remaining : try takeData(of: header, remaining: remaining)
                guard isTaken else {
                    inbound.compact()
                    return nil
                }
                state = .header
                if header.opcode.isControl { return try control(header) }
                if header.isFinal {
                    return try assembler.finish(inflater: inflater, maximumBytes: maximumMessageBytes)
                }
            }
        }
    }

    /// Moves what there is of a data frame's payload into the message.
    ///
    /// - Returns: whether that was all of it.
    private mutating func takeData(
        of header: WebSocketFrameHeader, remaining: Int
    ) throws(WebSocketError) -> Bool {
        let count = min(remaining, inbound.count)
        guard count > 0 else { return remaining == 0 }
        try inbound.buffer.withUnsafeReadableBytes { bytes throws(WebSocketError) in
            try assembler.append(UnsafeRawBufferPointer(rebasing: bytes[..<count]), maskingKey: header.maskingKey)
        }
        inbound.buffer.moveReaderIndex(forwardBy: count)
        var header = header
        header.maskingKey = header.maskingKey?.advanced(by: count)
        state = .payload(header, remaining: remaining - count)
        return count == remaining
    }

    /// Reads a control frame whose payload is here.
    private mutating func control(_ header: WebSocketFrameHeader) throws(WebSocketError) -> WebSocketInput {
        var payload = ByteBuffer()
        if let slice = inbound.buffer.readSlice(length: header.payloadLength), header.payloadLength > 0 {
            payload = ByteBuffer(buffer: slice)
            header.maskingKey?.apply(to: &payload)
        }
        switch header.opcode {
        case .ping: return .ping(payload)
        case .pong: return .pong(payload)
        case .close:
            let close = try Self.close(payload)
            finish()
            return close
        case .continuation, .text, .binary:
            preconditionFailure("a data frame is taken piece by piece")
        }
    }

    private static func close(_ payload: ByteBuffer) throws(WebSocketError) -> WebSocketInput {
        var payload = payload
        guard let rawCode = payload.readInteger(as: UInt16.self) else { return .close(nil, reason: "") }
        let code = WebSocketCloseCode(rawValue: rawCode)
        guard code.mayBeSent else {
            throw WebSocketError(code: .protocolError, message: "invalid close code \(code) (RFC 6455 § 7.4)")
        }
        guard let reason = String(validating: payload.readableBytesView, as: UTF8.self) else {
            throw WebSocketError(code: .invalidPayload, message: "close reason is not UTF-8 (RFC 6455 § 5.5.1)")
        }
        return .close(code, reason: reason)
    }

    private mutating func finish() {
        state = .finished
        inbound = InboundBytes()
        assembler = WebSocketMessageAssembler()
    }
}

// MARK: - Headers

extension WebSocketReceiver {
    /// Reads the header at the front without taking it. It has at most 14 bytes, so reading it again when more of it
    /// has arrived costs little, and each check is made as early as it can be.
    ///
    /// - Returns: nil when it is not whole.
    private func nextHeader() throws(WebSocketError) -> WebSocketFrameHeader? {
        guard let first = inbound.integer(at: 0, as: UInt8.self) else { return nil }
        let isFinal = first & 0x80 != 0
        let opcode = try opcode(first, isFinal: isFinal)
        let isCompressed = first & 0x40 != 0

        guard let second = inbound.integer(at: 1, as: UInt8.self) else { return nil }
        let isMasked = second & 0x80 != 0
        try check(isMasked: isMasked)
        guard let length = try payloadLength(second & 0x7F, of: opcode) else { return nil }
        try check(length, of: opcode, isCompressed: isCompressed || assembler.isCompressed)

        var header = WebSocketFrameHeader(
            isFinal: isFinal, isCompressed: isCompressed, opcode: opcode, payloadLength: length, maskingKey: nil)
        guard isMasked else { return header }
        guard let key = inbound.integer(at: header.byteCount, as: UInt32.self) else { return nil }
        header.maskingKey = WebSocketMaskingKey(bigEndian: key)
        return header
    }

    private func opcode(_ first: UInt8, isFinal: Bool) throws(WebSocketError) -> WebSocketOpcode {
        guard first & 0x70 == 0 || first & 0x70 == 0x40 && inflater != nil else {
            throw violation("reserved bits are set and no extension was agreed on", "5.2")
        }
        guard let opcode = WebSocketOpcode(rawValue: first & 0x0F) else {
            throw violation("reserved opcode \(first & 0x0F)", "5.2")
        }
        if first & 0x40 != 0, opcode.isControl || opcode == .continuation {
            throw WebSocketError(
                code: .protocolError, message: "RSV1 beyond the first frame of a message (RFC 7692 § 6)")
        }
        if opcode.isControl {
            if !isFinal { throw violation("fragmented control frame", "5.5") }
        } else if opcode == .continuation {
            if assembler.opcode == nil { throw violation("continuation without a message to continue", "5.4") }
        } else if assembler.opcode != nil {
            throw violation("new message inside a fragmented one", "5.4")
        }
        return opcode
    }

    private func check(isMasked: Bool) throws(WebSocketError) {
        switch role {
        case .server: if !isMasked { throw violation("unmasked frame from a client", "5.1") }
        case .client: if isMasked { throw violation("masked frame from a server", "5.1") }
        }
    }

    /// - Parameter short: the seven bits of length in the second byte.
    /// - Returns: nil when the longer length is not whole.
    private func payloadLength(_ short: UInt8, of opcode: WebSocketOpcode) throws(WebSocketError) -> Int? {
        if opcode.isControl {
            if short > 125 { throw violation("control frame of more than 125 bytes", "5.5") }
            if opcode == .close, short == 1 { throw violation("close frame with half a code", "5.5.1") }
        }
        switch short {
        case 126:
            guard let length = inbound.integer(at: 2, as: UInt16.self) else { return nil }
            if length <= 125 { throw violation("length not in the fewest bytes", "5.2") }
            return Int(length)
        case 127:
            guard let length = inbound.integer(at: 2, as: UInt64.self) else { return nil }
            guard let length = Int(exactly: length) else { throw violation("length of more than 63 bits", "5.2") }
            if length <= 0xFFFF { throw violation("length not in the fewest bytes", "5.2") }
            return length
        default:
            return Int(short)
        }
    }

    private func check(
        _ payloadLength: Int, of opcode: WebSocketOpcode, isCompressed: Bool
    ) throws(WebSocketError) {
        let limit = isCompressed ? Deflater.maximumBytes(for: maximumMessageBytes) : maximumMessageBytes
        guard !opcode.isControl, payloadLength > limit - assembler.byteCount else { return }
        throw .messageTooBig(maximumBytes: maximumMessageBytes)
    }

    private func violation(_ what: String, _ clause: String) -> WebSocketError {
        WebSocketError(code: .protocolError, message: "\(what) (RFC 6455 § \(clause))")
    }
}

extension InboundBytes {
    fileprivate func integer<T: FixedWidthInteger>(at offset: Int, as type: T.Type) -> T? {
        buffer.getInteger(at: buffer.readerIndex + offset, as: type)
    }
}
