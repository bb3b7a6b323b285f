internal import Crypto
package import SluiceAccess
package import SluiceLog
internal import NIOCore
internal import SluiceTopics

/// The rules for what a publisher may name an event and its data; the same on every wire.
package enum EventNames {
    package static let maximumTypeBytes = 255
    package static let maximumContentTypeBytes = 255

    /// Checks an event's type. An empty one is none.
    ///
    /// - Throws: 400 for control characters, and for names that mean something to an `EventSource` or to us.
    package static func type(_ text: String?) throws(Problem) -> String? {
        guard let text, !text.isEmpty else { return nil }
        guard text.utf8.count <= maximumTypeBytes else {
            throw .badRequest("invalid-type", "an event's type has at most \(maximumTypeBytes) bytes")
        }
        guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw .badRequest("invalid-type", "an event's type holds no control characters")
        }
        guard text != "error", text != "open", !text.hasPrefix("sluice.") else {
            throw .badRequest(
                "invalid-type", "the types 'error', 'open' and 'sluice.*' are not for publishers: EventSource uses them"
            )
        }
        return text
    }

    /// Checks a media type.
    ///
    /// - Throws: 400 unless it is short and of visible ASCII characters and spaces.
    package static func contentType(_ text: String?) throws(Problem) -> String? {
        guard let text, !text.isEmpty else { return nil }
        guard text.utf8.count <= maximumContentTypeBytes, text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            throw .badRequest(
                "invalid-content-type",
                "a content type has at most \(maximumContentTypeBytes) visible ASCII characters")
        }
        return text
    }
}

extension IdempotencyKey {
    package static let maximumBytes = 255

    /// The key of a publish, in the scope of its principal and, unless it is a batch, its topic.
    ///
    /// - Throws: 400 unless the key has 1 to 255 bytes.
    package init(_ key: String, principal: Principal, publications: [Publication], isBatch: Bool = false)
        throws(Problem)
    {
        guard (1...IdempotencyKey.maximumBytes).contains(key.utf8.count) else {
            throw .badRequest(
                "invalid-idempotency-key", "an idempotency key has 1 to \(IdempotencyKey.maximumBytes) bytes")
        }
        var digest = SHA256()
        for publication in publications { digest.update(publication) }
        self.init(
            scope: "\(principal.name)\n\(isBatch ? "" : publications[0].topic.name)", key: key,
            fingerprint: Array(digest.finalize()))
    }
}

extension SHA256 {
    fileprivate mutating func update(_ publication: Publication) {
        update(publication.topic.name)
        update(publication.type ?? "")
        update(publication.payload.contentType ?? "")
        update(data: [publication.endsTopic ? 1 : 0, publication.payload.encoding == .text ? 1 : 0])
        var data = publication.payload.data
        update(length: data.readableBytes)
        data.readWithUnsafeReadableBytes { bytes in
            update(bufferPointer: bytes)
            return bytes.count
        }
    }

    private mutating func update(_ text: String) {
        update(length: text.utf8.count)
        update(data: Array(text.utf8))
    }

    private mutating func update(length: Int) {
        withUnsafeBytes(of: UInt64(length).bigEndian) { update(bufferPointer: $0) }
    }
}
