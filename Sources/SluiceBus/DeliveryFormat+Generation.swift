package import NIOCore
package import SluiceGeneration
package import SluiceTopics
internal import SluiceWire

/// What the events of a generation's topic become for those who watch it. Each event is understood by itself, and what
/// events mean adds up, so one who is behind gets what several say in one.
extension DeliveryFormat {
    /// Whether events that are read from the log together make one message.
    var mergesReplayed: Bool {
        switch self {
        case .eventStreamText, .eventStreamDeltas, .webSocketText, .webSocketDeltas: true
        case .eventStreamRaw, .eventStreamJSON, .eventStreamBlocks, .eventStreamVerbatim, .webSocketRaw, .webSocketJSON:
            false
        }
    }

    /// Events of one topic, in log order: what the provider says between two records of the gateway is added up.
    func encodeMerged(_ events: some Sequence<Event>, epoch: Epoch) -> ByteBuffer {
        var output = ByteBuffer()
        var sum = AnswerDelta()
        var latest: Event?
        func flush() {
            guard let event = latest else { return }
            write(sum, id: Cursor(epoch: epoch, position: event.position), into: &output)
            sum = AnswerDelta()
            latest = nil
        }
        for event in events {
            if event.type == GenerationRecord.eventType {
                flush()
                writeRecord(event, id: Cursor(epoch: epoch, position: event.position), into: &output)
            } else {
                sum += AnswerDelta(event)
                latest = event
            }
        }
        flush()
        return output
    }

    /// The provider's block as it came. With an id, it stands in the place of the empty line at the block's end, before
    /// another one.
    func encodeBlock(_ event: Event, id: String?) -> ByteBuffer {
        let isRecord = event.type == GenerationRecord.eventType
        guard let id else { return isRecord ? ByteBuffer() : event.payload.data }
        var output = ByteBuffer()
        if isRecord {
            EventStreamEncoder.event(id: id, type: GenerationRecord.eventType, data: event.payload.data, into: &output)
        } else {
            var lines = event.payload.data.readableBytesView
            if lines.last == UInt8(ascii: "\n") { lines = lines.dropLast() }
            if lines.last == UInt8(ascii: "\r") { lines = lines.dropLast() }
            output.writeBytes(lines)
            EventStreamEncoder.id(id, into: &output)
        }
        return output
    }

    /// What a watcher is told first that did not see it come: the answer so far.
    package func encodeSnapshot(_ answer: AnswerDelta, id: Cursor) -> ByteBuffer {
        var output = ByteBuffer()
        switch self {
        case .eventStreamDeltas:
            EventStreamEncoder.event(
                id: id.description, type: "snapshot", data: ByteBuffer(string: answer.json), into: &output)
        case .webSocketDeltas:
            output = message(#"{"id":"\#(id)","snapshot":\#(answer.json)}"#)
        case .eventStreamText, .webSocketText:
            write(answer, id: id, into: &output)
        case .eventStreamRaw, .eventStreamJSON, .eventStreamBlocks, .eventStreamVerbatim, .webSocketRaw, .webSocketJSON:
            break
        }
        return output
    }

    private func write(_ delta: AnswerDelta, id: Cursor, into output: inout ByteBuffer) {
        switch self {
        case .eventStreamText:
            guard !delta.text.isEmpty else { return }
            EventStreamEncoder.event(
                id: id.description, type: nil, data: ByteBuffer(string: delta.text), into: &output)
        case .eventStreamDeltas:
            guard !delta.isEmpty else { return }
            EventStreamEncoder.event(
                id: id.description, type: nil, data: ByteBuffer(string: delta.json), into: &output)
        case .webSocketText:
            guard !delta.text.isEmpty else { return }
            output.writeImmutableBuffer(message(delta.text))
        case .webSocketDeltas:
            guard !delta.isEmpty else { return }
            output.writeImmutableBuffer(message(#"{"id":"\#(id)","delta":\#(delta.json)}"#))
        case .eventStreamRaw, .eventStreamJSON, .eventStreamBlocks, .eventStreamVerbatim, .webSocketRaw, .webSocketJSON:
            preconditionFailure("only what is merged is written as a delta")
        }
    }

    private func writeRecord(_ event: Event, id: Cursor, into output: inout ByteBuffer) {
        switch self {
        case .eventStreamText where event.isEnd:
            // A page of ten lines knows the end by the last word, so the id comes with that: cut before it, both come
            // again.
            EventStreamEncoder.event(
                id: nil, type: GenerationRecord.eventType, data: event.payload.data, into: &output)
            EventStreamEncoder.event(id: id.description, type: nil, data: ByteBuffer(string: "[DONE]"), into: &output)
        case .eventStreamText, .eventStreamDeltas:
            EventStreamEncoder.event(
                id: id.description, type: GenerationRecord.eventType, data: event.payload.data, into: &output)
        case .webSocketText:
            guard event.isEnd else { return }
            output.writeImmutableBuffer(message("[DONE]"))
        case .webSocketDeltas:
            let record = String(buffer: event.payload.data)
            output.writeImmutableBuffer(message(#"{"id":"\#(id)","generation":\#(record)}"#))
        case .eventStreamRaw, .eventStreamJSON, .eventStreamBlocks, .eventStreamVerbatim, .webSocketRaw, .webSocketJSON:
            preconditionFailure("only what is merged has its records written so")
        }
    }

    private func message(_ text: String) -> ByteBuffer {
        WebSocketFrame.encode(.text, ByteBuffer(string: text))
    }
}

extension AnswerDelta {
    /// What an event of a generation's topic adds to the answer; nothing, if it is a record.
    package init(_ event: Event) {
        self.init()
        guard let format = event.type.flatMap(ProviderFormat.init) else { return }
        self.init(ProviderBlock(String(buffer: event.payload.data)), format: format)
    }
}
