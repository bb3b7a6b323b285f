internal import NIOCore
internal import SluiceTopics
internal import SluiceWire

extension ReceivedEvent {
    /// One line for a person, `id topic [type] data`. Binary data is Base64 behind `base64:`.
    package var line: String {
        let type = type.map { "[\(PrintableText($0))]" }
        let data = text.map { "\(PrintableText($0))" } ?? "base64:" + Base64.encode(payload.data.readableBytesView)
        return [id, topic.name, type, data].compactMap { $0 }.joined(separator: " ")
    }

    /// The envelope, one line of JSON as the gateway writes it.
    package var json: String {
        var output = ByteBuffer()
        func write(_ name: StaticString, _ value: String) {
            output.writeStaticString(name)
            JSONText.writeString(value, into: &output)
        }
        write("{\"id\":", id)
        write(",\"topic\":", topic.name)
        if let type { write(",\"type\":", type) }
        write(",\"time\":", time)
        if let contentType = payload.contentType { write(",\"contentType\":", contentType) }
        switch payload.encoding {
        case .text:
            output.writeStaticString(",\"data\":")
            JSONText.writeString(payload.data, into: &output)
        case .binary:
            output.writeStaticString(",\"encoding\":\"base64\",\"data\":\"")
            Base64.encode(payload.data, into: &output)
            output.writeStaticString("\"")
        }
        output.writeStaticString("}")
        return String(buffer: output)
    }
}
