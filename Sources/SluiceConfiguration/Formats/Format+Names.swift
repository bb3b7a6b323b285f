internal import SluiceAccess
internal import SluiceConnection
internal import SluiceTopics
internal import SluiceWire

extension Format {
    /// A value that is written as a string.
    ///
    /// - Parameter parse: the value of the text, or why there is none.
    static func text(
        _ allowed: String, write: @escaping @Sendable (Value) -> String,
        parse: @escaping @Sendable (String) throws(RefusalReason) -> Value
    ) -> Format {
        Format(
            allowed,
            read: { (literal) throws(Refusal) in
                guard case .string(let text) = literal else { throw Refusal(found: literal, allowed: allowed) }
                do throws(RefusalReason) {
                    return try parse(text)
                } catch {
                    throw Refusal(found: literal, allowed: allowed, reason: error.text)
                }
            },
            write: { .string(write($0)) })
    }
}

/// What is wrong with a text; nil when the list of what is allowed says it.
struct RefusalReason: Error {
    var text: String?
}

extension Format where Value: RawRepresentable<String> & CaseIterable & Sendable {
    /// The name of one of the cases.
    static var name: Format {
        let allowed = "one of " + Value.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
        return text(allowed, write: \.rawValue) { (text) throws(RefusalReason) in
            guard let value = Value(rawValue: text) else { throw RefusalReason() }
            return value
        }
    }
}

extension Format where Value == Topic {
    static var topic: Format {
        text("a topic", write: \.name) { (text) throws(RefusalReason) in
            do throws(TopicError) { return try Topic(text) } catch { throw RefusalReason(text: error.code.rawValue) }
        }
    }
}

extension Format where Value == Pattern {
    static var pattern: Format {
        text("a pattern of topics", write: \.text) { (text) throws(RefusalReason) in
            do throws(TopicError) { return try Pattern(text) } catch { throw RefusalReason(text: error.code.rawValue) }
        }
    }
}

extension Format where Value == [Pattern] {
    static var patterns: Format { list(.pattern, "a list of patterns of topics") }
}

extension Format where Value == [UInt8] {
    /// A SHA-256 digest. It is written as `…`, and a wrong value is not shown either: it could be the key itself.
    static var hiddenDigest: Format {
        let allowed = "64 hexadecimal digits"
        return Format(
            allowed,
            read: { (literal) throws(Refusal) in
                guard case .string(let text) = literal else { throw Refusal(found: literal, allowed: allowed) }
                guard let digest = AccessKey.digest(hexadecimal: text) else {
                    throw Refusal(
                        found: "a string of \(text.count) characters", allowed: allowed,
                        reason: "the SHA-256 digest of a key, never the key")
                }
                return digest
            },
            write: { _ in .string("…") })
    }
}

extension Format where Value == UInt32 {
    /// The permissions of a file (chmod(1)).
    static var fileMode: Format {
        text("three octal digits", write: { String($0, radix: 8).leftPadded(to: 3) }) { (text) throws(RefusalReason) in
            let isOctal = text.utf8.count == 3 && text.utf8.allSatisfy { (0x30...0x37).contains($0) }
            guard isOctal, let mode = UInt32(text, radix: 8) else { throw RefusalReason() }
            return mode
        }
    }
}

extension String {
    fileprivate func leftPadded(to count: Int) -> String {
        String(repeating: "0", count: max(count - self.count, 0)) + self
    }
}

extension Format where Value == TrustedProxies.Source {
    /// Where a proxy connects from.
    static var proxySource: Format {
        let allowed = "an address, a network such as \"10.0.0.0/8\", or \"unix\""
        return text(
            allowed,
            write: { source in
                switch source {
                case .network(let network): network.description
                case .unixSocket: "unix"
                }
            },
            parse: { (text) throws(RefusalReason) in
                if text == "unix" { return .unixSocket }
                guard let network = IPNetwork(text) else { throw RefusalReason() }
                return .network(network)
            })
    }
}

extension Format where Value == String {
    /// How a key is called in logs.
    static var keyName: Format {
        let allowed = "a name of 1 to 100 printable characters other than \"anonymous\""
        return text(allowed, write: \.self) { (text) throws(RefusalReason) in
            guard (1...100).contains(text.unicodeScalars.count), text != "anonymous",
                text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
            else { throw RefusalReason() }
            return text
        }
    }

    /// A file, from the folder in which the process runs if the path is relative.
    static var filePath: Format {
        text("the path of a file", write: \.self) { (text) throws(RefusalReason) in
            guard !text.isEmpty, !text.utf8.contains(0) else { throw RefusalReason() }
            return text
        }
    }

    /// Where a Unix socket is; the kernel has room for 108 bytes, NUL included (unix(7)).
    static var socketPath: Format {
        text("the path of a Unix socket, 1 to 107 bytes", write: \.self) { (text) throws(RefusalReason) in
            guard (1...107).contains(text.utf8.count), !text.utf8.contains(0) else { throw RefusalReason() }
            return text
        }
    }

    /// What a socket can be bound to.
    static var listenHost: Format {
        text("a host name or an address without port", write: \.self) { (text) throws(RefusalReason) in
            if text.hasPrefix("[") { throw RefusalReason(text: "an IPv6 address stands without brackets here") }
            guard isHostName(text) || isIPv6Address(text) else { throw RefusalReason() }
            return text
        }
    }

    /// A name in `Host`.
    static var hostName: Format {
        text("a host name without port", write: \.self) { (text) throws(RefusalReason) in
            guard isHostName(text) else { throw RefusalReason() }
            return text
        }
    }

    /// What a browser sends as `Origin` (RFC 6454 § 6.1): it leaves a scheme's own port out.
    static var origin: Format {
        let allowed = "an origin such as \"https://example.org\" or \"http://localhost:3000\", or \"null\""
        return text(allowed, write: \.self) { (text) throws(RefusalReason) in
            if text == "null" { return text }
            if text.contains("*") { throw RefusalReason(text: "origins have no wildcards: list each of them") }
            guard let colon = text.firstIndex(of: ":"), text[colon...].hasPrefix("://"), isScheme(text[..<colon]) else {
                throw RefusalReason()
            }
            let authority = text[colon...].dropFirst(3)
            if authority.contains("/") { throw RefusalReason(text: "an origin has no path, and no '/' at its end") }
            let portColon = authority.lastIndex(of: ":").flatMap { authority[$0...].contains("]") ? nil : $0 }
            guard isHostName(authority[..<(portColon ?? authority.endIndex)]) else { throw RefusalReason() }
            if let portColon {
                guard let port = Int(digits: authority[portColon...].dropFirst()), (1...65535).contains(port) else {
                    throw RefusalReason(text: "a port is a number from 1 to 65535")
                }
                let scheme = text[..<colon].lowercased()
                if (scheme == "https" && port == 443) || (scheme == "http" && port == 80) {
                    throw RefusalReason(text: "browsers leave out the scheme's own port, so this would match none")
                }
            }
            return text
        }
    }

    /// The path of a route: absolute, as it is in a request (RFC 3986 § 3.3), and none of the gateway's own.
    static var routePath: Format {
        text("a path of 1 to 1024 bytes that begins with '/'", write: \.self) { (text) throws(RefusalReason) in
            guard text.hasPrefix("/"), text.utf8.count <= 1024 else { throw RefusalReason() }
            guard text.utf8.allSatisfy({ isPathByte($0) }) else {
                throw RefusalReason(
                    text: "what is not a letter, a digit or one of -._~!$&'()*+,;=:@/ is percent-encoded")
            }
            if Self.ownPaths.contains(text) || Self.ownTrees.contains(where: text.hasPrefix) {
                throw RefusalReason(text: "that path is the gateway's own")
            }
            return text
        }
    }

    private static var ownPaths: Set<String> {
        ["/", "/generations", "/healthz", "/readyz", "/metrics", "/subscribe", "/tickets", "/topics"]
    }

    private static var ownTrees: [String] { ["/topics/", "/generations/", "/relay/"] }
}

private func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
    default: false
    }
}

/// A name, an IPv4 address or a bracketed IPv6 address.
private func isHostName(_ text: some StringProtocol) -> Bool {
    guard (1...255).contains(text.utf8.count) else { return false }
    if text.hasPrefix("[") {
        return text.hasSuffix("]") && text.contains(":")
            && text.dropFirst().dropLast().allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." }
    }
    return text.utf8.allSatisfy { isAlphanumeric($0) || "-._".utf8.contains($0) }
}

/// Looks like an IPv6 address (RFC 4291 § 2.2), perhaps with a zone (RFC 4007 § 11); binding to it has the last word.
private func isIPv6Address(_ text: String) -> Bool {
    let parts = text.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
    return parts[0].count { $0 == ":" } >= 2 && parts[0].allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." }
        && (parts.count == 1 || isHostName(parts[1]))
}

/// RFC 3986 § 3.1.
private func isScheme(_ text: some StringProtocol) -> Bool {
    guard let first = text.utf8.first, isAlphanumeric(first), !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first)
    else { return false }
    return text.utf8.allSatisfy { isAlphanumeric($0) || "+-.".utf8.contains($0) }
}

/// RFC 3986 § 3.3: `pchar`, with a `%` for what is encoded, and the `/` between segments.
private func isPathByte(_ byte: UInt8) -> Bool {
    isAlphanumeric(byte) || "-._~!$&'()*+,;=:@/%".utf8.contains(byte)
}
