internal import Crypto
package import FoundationEssentials
internal import Glibc
internal import SwiftASN1
internal import X509

/// A certificate authority for one machine or one team, so that TLS can be tried before there is a real certificate.
package struct LocalAuthority: Sendable {
    /// A certificate or an authority as the two PEM files of it.
    package struct Files: Hashable, Sendable {
        /// The certificate.
        package let certificate: String
        /// Its private key (PKCS #8).
        package let key: String

        package init(certificate: String, key: String) {
            self.certificate = certificate
            self.key = key
        }
    }

    package let files: Files
    private let certificate: Certificate
    private let key: Certificate.PrivateKey

    /// Makes a new one, valid for ten years.
    package init(now: Date) throws {
        let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
        certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: key.publicKey,
            notValidBefore: now - LocalAuthority.clockSkew, notValidAfter: now + 3650 * LocalAuthority.day,
            issuer: LocalAuthority.name, subject: LocalAuthority.name, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(keyCertSign: true, cRLSign: true))
                SubjectKeyIdentifier(hash: key.publicKey)
            },
            issuerPrivateKey: key)
        self.key = key
        files = try Files(certificate, key)
    }

    /// One that was made before.
    ///
    /// - Throws: when the texts are not a certificate and a key.
    package init(_ files: Files) throws {
        self.files = files
        certificate = try Certificate(pemEncoded: files.certificate)
        key = try Certificate.PrivateKey(pemEncoded: files.key)
    }

    /// Makes a certificate for a server, valid for 397 days, beyond which browsers take none.
    ///
    /// - Parameter names: DNS names, of which the first label may be `*`, and IP addresses; at least one.
    package func issue(to names: [String], now: Date) throws -> Files {
        let leafKey = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let leaf = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: leafKey.publicKey,
            notValidBefore: now - LocalAuthority.clockSkew, notValidAfter: now + 397 * LocalAuthority.day,
            issuer: certificate.subject, subject: DistinguishedName { CommonName(names[0]) },
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([.serverAuth, .clientAuth])
                SubjectAlternativeNames(names.map(GeneralName.init(subject:)))
                AuthorityKeyIdentifier(keyIdentifier: SubjectKeyIdentifier(hash: key.publicKey).keyIdentifier)
            },
            issuerPrivateKey: key)
        return try Files(leaf, leafKey)
    }

    private static let day: TimeInterval = 86400
    /// How far behind a client's clock may be.
    private static let clockSkew: TimeInterval = 3600

    private static var name: DistinguishedName {
        get throws { try DistinguishedName { CommonName("Sluice local authority") } }
    }
}

extension LocalAuthority.Files {
    fileprivate init(_ certificate: Certificate, _ key: Certificate.PrivateKey) throws {
        self.init(
            certificate: try certificate.serializeAsPEM().pemString + "\n",
            key: try key.serializeAsPEM().pemString + "\n")
    }
}

extension GeneralName {
    /// An IP address or a DNS name.
    fileprivate init(subject: String) {
        for (family, length) in [(AF_INET, 4), (AF_INET6, 16)] {
            var octets = [UInt8](repeating: 0, count: length)
            if inet_pton(family, subject, &octets) == 1 {
                self = .ipAddress(ASN1OctetString(contentBytes: octets[...]))
                return
            }
        }
        self = .dnsName(subject)
    }
}
