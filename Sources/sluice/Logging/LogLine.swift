internal import Logging
internal import NIOCore
internal import SluiceClient
internal import SluiceTopics
internal import SluiceWire

/// Something to be logged, and the two ways to write it. Neither ever takes more than a line.
struct LogLine {
    var time: Timestamp
    var level: Logger.Level
    var message: String
    var metadata: Logger.Metadata

    /// `2025-06-30T12:34:56.789Z info listening address=127.0.0.1:8080`: the metadata in the order of its keys,
    /// values with a space, a quotation mark or an equals sign in quotation marks.
    var text: String {
        var line = "\(timestamp) \(level.rawValue) \(PrintableText(message))"
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            line += " \(PrintableText(key))=\(Self.word(value.description))"
        }
        return line
    }

    /// `{"time":…,"level":…,"message":…,"metadata"?:{…}}`; values of the metadata are strings, arrays and objects.
    var json: String {
        var output = ByteBuffer(string: "{\"time\":\"\(timestamp)\",\"level\":\"\(level.rawValue)\",\"message\":")
        JSONText.writeString(message, into: &output)
        if !metadata.isEmpty {
            output.writeString(",\"metadata\":")
            Self.write(.dictionary(metadata), into: &output)
        }
        output.writeString("}")
        return String(buffer: output)
    }

    private var timestamp: String {
        var output = ByteBuffer()
        time.writeRFC3339(into: &output)
        return String(buffer: output)
    }

    private static func word(_ text: String) -> String {
        let printable = PrintableText(text).description
        guard printable.isEmpty || printable.contains(where: { " \"=".contains($0) }) else { return printable }
        return "\"" + printable.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\\\"")
            + "\""
    }

    private static func write(_ value: Logger.MetadataValue, into output: inout ByteBuffer) {
        switch value {
        case .string(let text):
            JSONText.writeString(text, into: &output)
        case .stringConvertible(let value):
            JSONText.writeString(value.description, into: &output)
        case .array(let values):
            output.writeString("[")
            for (number, value) in values.enumerated() {
                if number > 0 { output.writeString(",") }
                write(value, into: &output)
            }
            output.writeString("]")
        case .dictionary(let values):
            output.writeString("{")
            for (number, (key, value)) in values.sorted(by: { $0.key < $1.key }).enumerated() {
                if number > 0 { output.writeString(",") }
                JSONText.writeString(key, into: &output)
                output.writeString(":")
                write(value, into: &output)
            }
            output.writeString("}")
        }
    }
}
