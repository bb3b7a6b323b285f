/// Why a certificate cannot be used.
package struct CertificateError: Error, Hashable, Sendable {
    package enum Reason: Hashable, Sendable {
        /// What the system says of it.
        case unreadable(String)
        case noCertificate
        /// Which one of the file, from 1, and what is wrong with it.
        case malformedCertificate(Int, String)
        /// The certificate of this number, from 1, was not issued by the one behind it.
        case chainBroken(Int)
        case noKey
        case encryptedKey
        case malformedKey(String)
        /// The key is for another certificate than this file's.
        case keyDoesNotMatch(chain: String)
        /// The TLS library does not take it.
        case unusable(String)
    }

    package let file: String
    package let reason: Reason

    package init(file: String, reason: Reason) {
        self.file = file
        self.reason = reason
    }
}

extension CertificateError: CustomStringConvertible {
    package var description: String {
        switch reason {
        case .unreadable(let reason):
            "'\(file)' cannot be read: \(reason)"
        case .noCertificate:
            "'\(file)' holds no certificate: expected a block that begins with -----BEGIN CERTIFICATE-----"
        case .malformedCertificate(let number, let reason):
            "certificate \(number) of '\(file)' is malformed: \(reason)"
        case .chainBroken(let number):
            """
            certificate \(number) of '\(file)' was not issued by the one that follows it: put the server's own \
            certificate first, then each one's issuer
            """
        case .noKey:
            "'\(file)' holds no private key: expected a block that begins with -----BEGIN PRIVATE KEY-----"
        case .encryptedKey:
            "the private key in '\(file)' is encrypted: decrypt it, for instance with 'openssl pkey'"
        case .malformedKey(let reason):
            "the private key in '\(file)' is malformed: \(reason)"
        case .keyDoesNotMatch(let chain):
            "the private key in '\(file)' is not that of the first certificate in '\(chain)'"
        case .unusable(let reason):
            "'\(file)' cannot be used: \(reason)"
        }
    }
}
