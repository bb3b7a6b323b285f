internal import Crypto

/// An API key as the gateway knows it: never the key itself, only its SHA-256 digest.
package struct AccessKey: Hashable, Sendable {
    /// How the key is called in logs and as a principal.
    package let name: String
    /// 32 bytes.
    package let digest: [UInt8]
    package let permissions: Permissions

    package init(name: String, digest: [UInt8], permissions: Permissions) {
        precondition(digest.count == SHA256.byteCount, "a SHA-256 digest has 32 bytes")
        self.name = name
        self.digest = digest
        self.permissions = permissions
    }

    /// A new secret of 256 random bits: `sk_` and 64 hexadecimal digits.
    package static func makeSecret(using generator: inout some RandomNumberGenerator) -> String {
        let bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        return "sk_" + hexadecimal(bytes)
    }

    package static func digest(of secret: String) -> [UInt8] {
        Array(SHA256.hash(data: Array(secret.utf8)))
    }

    /// - Returns: nil unless the text is 64 hexadecimal digits.
    package static func digest(hexadecimal text: String) -> [UInt8]? {
        let digits = text.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        guard text.utf8.count == 64, digits.count == 64 else { return nil }
        return stride(from: 0, to: 64, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    package static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        bytes.reduce(into: "") { text, byte in
            if byte < 0x10 { text += "0" }
            text += String(byte, radix: 16)
        }
    }
}

/// Compares in a time that depends only on the lengths.
func isEqualInConstantTime(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
}
