import Foundation
import SluiceCertificates
import Testing

@testable import SluiceConnection

@Suite struct IdentityTests {
    private let files = CertificateFiles(chain: "chain.pem", key: "key.pem")
    private let authority: LocalAuthority
    private let leaf: LocalAuthority.Files

    init() throws {
        authority = try LocalAuthority(now: Date())
        leaf = try authority.issue(to: ["Example.org", "*.example.org", "127.0.0.1"], now: Date())
    }

    private func error(chain: String, key: String) -> CertificateError? {
        do throws(CertificateError) {
            _ = try Identity(files, chainText: chain, keyText: key)
            return nil
        } catch {
            return error
        }
    }

    @Test("takes a certificate alone, and one with the certificates that lead to its authority")
    func good() throws {
        #expect(error(chain: leaf.certificate, key: leaf.key) == nil)
        #expect(error(chain: leaf.certificate + authority.files.certificate, key: leaf.key) == nil)
        #expect(error(chain: "a remark\n" + leaf.certificate, key: leaf.key) == nil)
    }

    @Test("says what is wrong with a chain")
    func chains() throws {
        let chain = files.chain
        #expect(error(chain: "", key: leaf.key) == CertificateError(file: chain, reason: .noCertificate))
        #expect(error(chain: leaf.key, key: leaf.key) == CertificateError(file: chain, reason: .noCertificate))
        #expect(
            error(chain: leaf.certificate + leaf.certificate, key: leaf.key)
                == CertificateError(file: chain, reason: .chainBroken(1)))
        let damaged = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
        let found = try #require(error(chain: leaf.certificate + damaged, key: leaf.key))
        guard case .malformedCertificate(2, _) = found.reason else {
            Issue.record("\(found)")
            return
        }
    }

    @Test("says what is wrong with a key")
    func keys() throws {
        let key = files.key
        let other = try authority.issue(to: ["example.org"], now: Date())
        #expect(error(chain: leaf.certificate, key: "") == CertificateError(file: key, reason: .noKey))
        #expect(error(chain: leaf.certificate, key: leaf.certificate) == CertificateError(file: key, reason: .noKey))
        #expect(
            error(chain: leaf.certificate, key: other.key)
                == CertificateError(file: key, reason: .keyDoesNotMatch(chain: files.chain)))
        #expect(
            error(
                chain: leaf.certificate,
                key: "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n")
                == CertificateError(file: key, reason: .encryptedKey))
        let found = try #require(
            error(chain: leaf.certificate, key: "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"))
        guard case .malformedKey = found.reason else {
            Issue.record("\(found)")
            return
        }
    }

    @Test(
        "is for the names in it, whatever their case, with a wildcard for exactly one label",
        arguments: [
            ("example.org", true), ("EXAMPLE.ORG", true), ("a.example.org", true), ("a.b.example.org", false),
            (".example.org", false), ("example.com", false), ("127.0.0.1", false), ("org", false), ("", false),
        ])
    func names(name: String, isExpected: Bool) throws {
        let identity = try Identity(files, chainText: leaf.certificate, keyText: leaf.key)
        #expect(identity.isFor(name) == isExpected)
    }
}
