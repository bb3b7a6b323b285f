import FoundationEssentials
import NIOCore

/// An answer to a request.
struct Answer {
    var status: Int
    /// Names in lower case.
    var headers: [(name: String, value: String)]
    var body = ByteBuffer()

    subscript(name: String) -> String? { headers.first { $0.name == name }?.value }

    var text: String { String(buffer: body) }

    func json<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try JSONDecoder().decode(type, from: Data(body.readableBytesView))
    }

    /// The problem's name, when the body is a problem document (RFC 9457) that fits the status.
    var problem: String? {
        guard self["content-type"] == "application/problem+json", let document = try? json(ProblemDocument.self),
            document.status == status
        else { return nil }
        let prefix = "urn:sluice:problem:"
        return document.type.hasPrefix(prefix) ? String(document.type.dropFirst(prefix.count)) : nil
    }
}
