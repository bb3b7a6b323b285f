extension Topic {
    /// Reads the topic from the part of a raw request path behind `/topics/`.
    ///
    /// The path is split on `/` first and each segment is percent-decoded once (RFC 3986 § 2.4), so an encoded
    /// slash cannot make two segments of one: it is refused.
    package init(percentEncodedPath path: some StringProtocol) throws(TopicError) {
        guard path.utf8.contains(UInt8(ascii: "%")) else {
            try self.init(String(path))
            return
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(path.utf8.count)
        var rest = path.utf8.makeIterator()
        while let byte = rest.next() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.next().flatMap(hexDigit), let low = rest.next().flatMap(hexDigit) else {
                throw TopicError(.invalidPercentEncoding, in: path)
            }
            let decoded = high << 4 | low
            if decoded == UInt8(ascii: "/") { throw TopicError(.encodedSlash, in: path) }
            bytes.append(decoded)
        }
        guard let name = String(validating: bytes, as: UTF8.self) else { throw TopicError(.invalidUTF8, in: path) }
        try self.init(name)
    }
}

private func hexDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
}
