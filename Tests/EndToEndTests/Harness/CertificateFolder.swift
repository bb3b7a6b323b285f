import Foundation
import NIOCore
import NIOSSL
import SluiceCertificates
import SluiceConnection
import SluiceServer
import Testing

/// A folder with an authority and certificates from it.
struct CertificateFolder: Sendable {
    let root: URL
    let authority: LocalAuthority

    init() throws {
        root = FileManager.default.temporaryDirectory.appendingPathComponent("sluice-\(UUID())", isDirectory: true)
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        authority = try LocalAuthority(now: Date())
        try Data(authority.files.certificate.utf8).write(to: url("authority.pem"))
    }

    func url(_ name: String) -> URL { root.appendingPathComponent(name) }

    func write(_ name: String, for names: [String]) throws {
        let files = try authority.issue(to: names, now: Date())
        try Data(files.key.utf8).write(to: url("\(name).key"))
        try Data(files.certificate.utf8).write(to: url("\(name).pem"))
    }

    func certificate(_ name: String) throws -> NIOSSLCertificate {
        try #require(try NIOSSLCertificate.fromPEMFile(url("\(name).pem").path).first)
    }

    /// Has the gateway's first listener speak TLS with these.
    func configure(_ names: String...) -> @Sendable (inout GatewayConfiguration) throws -> Void {
        { configuration in
            configuration.listeners[0].tls = true
            configuration.connection.tls.certificates = names.map {
                CertificateFiles(chain: url("\($0).pem").path, key: url("\($0).key").path)
            }
        }
    }

    /// A client that trusts the authority.
    func client() -> TLSConfiguration {
        var client = TLSConfiguration.makeClientConfiguration()
        client.trustRoots = .file(url("authority.pem").path)
        return client
    }
}

func withCertificates(_ body: (CertificateFolder) async throws -> Void) async throws {
    let folder = try CertificateFolder()
    defer { try? FileManager.default.removeItem(at: folder.root) }
    try await body(folder)
}

/// Reaches the gateway by TLS: what the body is given speaks through a tunnel.
func withTunnel(
    to gateway: TestGateway, for name: String = "localhost", _ client: TLSConfiguration,
    preamble: ByteBuffer = ByteBuffer(),
    _ body: (TestGateway, TLSTunnel) async throws -> Void
) async throws {
    let tunnel = try await TLSTunnel(to: gateway.port, for: name, client, preamble: preamble)
    do {
        try await body(TestGateway(gateway: gateway.gateway, address: tunnel.address), tunnel)
    } catch {
        await tunnel.close()
        throw error
    }
    await tunnel.close()
}
