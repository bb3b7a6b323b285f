internal import NIOCore
internal import SluiceWire

/// A message of the gateway in `sluice.v1.json`: an object whose first member is `op`.
struct JSONReply {
    private var json = ByteBuffer()

    init(_ op: StaticString, ref: String? = nil) {
        json.writeString(#"{"op":"\#(op)""#)
        if let ref { json.writeString(",\"ref\":\(ref)") }
    }

    func adding(_ name: StaticString, _ value: String?) -> JSONReply {
        var copy = self
        copy.json.writeString(",\"\(name)\":")
        if let value { JSONText.writeString(value, into: &copy.json) } else { copy.json.writeString("null") }
        return copy
    }

    /// The message as a frame.
    var frame: ByteBuffer {
        var json = json
        json.writeString("}")
        return WebSocketFrame.encode(.text, json)
    }
}

enum JSON {
    /// The text as a JSON string.
    static func string(_ text: String) -> String {
        var json = ByteBuffer()
        JSONText.writeString(text, into: &json)
        return String(buffer: json)
    }
}
