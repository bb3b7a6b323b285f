package import NIOHTTP1

extension HTTPHeaders {
    /// The values of one field, in their order, found as they are asked for: a request asks for many fields, of which most are
    /// not there, and `subscript` makes an array for each.
    package func values(of name: String) -> some Collection<String> {
        lazy.filter { $0.name.isSameField(as: name) }.map(\.value)
    }
}

extension String {
    /// Names of fields are compared without regard to case (RFC 9110 § 5.1).
    fileprivate func isSameField(as other: String) -> Bool {
        guard utf8.count == other.utf8.count else { return false }
        var rest = other.utf8.makeIterator()
        for left in utf8 {
            guard let right = rest.next(), left != right else { continue }
            guard left ^ right == 0x20, (0x61...0x7A).contains(left | 0x20) else { return false }
        }
        return true
    }
}
