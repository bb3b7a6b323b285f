/// Where a certificate and its private key are: two PEM files (RFC 7468).
package struct CertificateFiles: Hashable, Sendable {
    /// The certificate, then those that lead from it to the authority, each followed by its issuer.
    package var chain: String
    /// The key, not encrypted.
    package var key: String

    package init(chain: String, key: String) {
        self.chain = chain
        self.key = key
    }
}
