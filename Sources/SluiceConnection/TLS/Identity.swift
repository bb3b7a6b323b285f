internal import FoundationEssentials
internal import NIOSSL
internal import SluiceTopics
internal import SwiftASN1
internal import X509

/// A certificate with its chain and its private key, as a server shows it.
struct Identity: Sendable {
    let chain: [NIOSSLCertificateSource]
    let key: NIOSSLPrivateKeySource
    /// The DNS names that it is for, in lower case; the first label may be `*` (RFC 9525 § 6.3).
    let names: [String]
    /// The end of its validity.
    let expiry: Timestamp

    /// - Parameters:
    ///   - files: where the texts are from, for messages.
    ///   - chainText: PEM
    ///   - keyText: PEM
    init(_ files: CertificateFiles, chainText: String, keyText: String) throws(CertificateError) {
        let certificates = try Identity.certificates(in: chainText, of: files.chain)
        let key = try Identity.privateKey(in: keyText, of: files.key)
        let leaf = certificates[0].parsed
        guard leaf.publicKey == key.parsed.publicKey else {
            throw CertificateError(file: files.key, reason: .keyDoesNotMatch(chain: files.chain))
        }
        for (index, pair) in zip(certificates, certificates.dropFirst()).enumerated()
        where pair.0.parsed.issuer != pair.1.parsed.subject {
            throw CertificateError(file: files.chain, reason: .chainBroken(index + 1))
        }
        chain = certificates.map { .certificate($0.usable) }
        self.key = .privateKey(key.usable)
        let alternatives = (try? leaf.extensions.subjectAlternativeNames).map(Array.init) ?? []
        names = alternatives.compactMap { name in
            if case .dnsName(let name) = name { name.lowercased() } else { nil }
        }
        expiry = Timestamp(milliseconds: Int64(leaf.notValidAfter.timeIntervalSince1970 * 1000))
    }

    /// Whether a client that asks for this name in its hello (RFC 6066 § 3) would accept the certificate for it.
    func isFor(_ name: String) -> Bool {
        let name = name.lowercased()
        return names.contains { pattern in
            if pattern.hasPrefix("*."), let dot = name.firstIndex(of: ".") {
                dot > name.startIndex && name[dot...] == pattern.dropFirst()
            } else {
                name == pattern
            }
        }
    }

    /// Every certificate in the text; at least one.
    static func certificates(
        in text: String, of file: String
    ) throws(CertificateError) -> [(parsed: Certificate, usable: NIOSSLCertificate)] {
        let documents: [PEMDocument]
        do {
            documents = try PEMDocument.parseMultiple(pemString: text)
        } catch {
            throw CertificateError(file: file, reason: .noCertificate)
        }
        let blocks = documents.filter { $0.discriminator == Certificate.defaultPEMDiscriminator }
        guard !blocks.isEmpty else { throw CertificateError(file: file, reason: .noCertificate) }
        var certificates: [(Certificate, NIOSSLCertificate)] = []
        for (index, block) in blocks.enumerated() {
            do {
                certificates.append(
                    (try Certificate(pemDocument: block), try NIOSSLCertificate(bytes: block.derBytes, format: .der)))
            } catch {
                throw CertificateError(file: file, reason: .malformedCertificate(index + 1, "\(error)"))
            }
        }
        return certificates
    }

    private static func privateKey(
        in text: String, of file: String
    ) throws(CertificateError) -> (parsed: Certificate.PrivateKey, usable: NIOSSLPrivateKey) {
        // PKCS #8 says so in the label, the older form in a header field (RFC 1421 § 4.6.1.1), which no parser takes.
        guard !text.contains("ENCRYPTED") else { throw CertificateError(file: file, reason: .encryptedKey) }
        let documents: [PEMDocument]
        do {
            documents = try PEMDocument.parseMultiple(pemString: text)
        } catch {
            throw CertificateError(file: file, reason: text.contains("-----BEGIN") ? .malformedKey("\(error)") : .noKey)
        }
        // An EC key may have its parameters in a block before it.
        guard let block = documents.first(where: { $0.discriminator.hasSuffix("PRIVATE KEY") }) else {
            throw CertificateError(file: file, reason: .noKey)
        }
        do {
            return (
                try Certificate.PrivateKey(pemDocument: block),
                try NIOSSLPrivateKey(bytes: Array(block.pemString.utf8), format: .pem)
            )
        } catch {
            throw CertificateError(file: file, reason: .malformedKey("\(error)"))
        }
    }
}
