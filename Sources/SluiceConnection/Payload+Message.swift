package import SluiceTopics
internal import SluiceWire

extension Payload {
    /// An event's data as JSON carries it: a string, in Base64 when `encoding` says so.
    ///
    /// - Throws: 400 for an unknown encoding, bad Base64, or a bad content type.
    package init(message data: String, encoding: String?, contentType: String?) throws(Problem) {
        let contentType = try EventNames.contentType(contentType)
        switch encoding {
        case nil:
            self.init(text: data, contentType: contentType)
        case "base64":
            guard let bytes = Base64.decode(data) else {
                throw .badRequest("invalid-encoding", "'data' is not Base64 (RFC 4648 § 4)")
            }
            self.init(data: bytes, encoding: .binary, contentType: contentType)
        case let other?:
            throw .badRequest("invalid-encoding", "'encoding' is 'base64' or not there, not '\(other.prefix(40))'")
        }
    }
}
