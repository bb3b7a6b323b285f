internal import FoundationEssentials
internal import NIOCore
internal import NIOSSL
package import SluiceTopics
internal import Synchronization

/// What TLS handshakes are made with. It can be renewed from its files at any time: connections that exist keep what
/// they were made with, and new ones get the new certificates.
package final class TLSContext: Sendable {
    private let configuration: ConnectionConfiguration.TLS
    private let state: Mutex<State>

    private struct State {
        var current: Current
        /// What the files held when they were last tried, whether or not it could be used.
        var tried: Result<Texts, CertificateError>
    }

    private struct Current {
        let context: NIOSSLContext
        let expiry: Timestamp
    }

    /// What the files hold.
    private struct Texts: Hashable {
        /// In the order of the configuration.
        var identities: [Pair]
        var clientAuthority: String?

        struct Pair: Hashable {
            var chain: String
            var key: String
        }
    }

    /// - Precondition: there is at least one certificate.
    package init(_ configuration: ConnectionConfiguration.TLS) throws(CertificateError) {
        precondition(!configuration.certificates.isEmpty, "TLS needs a certificate")
        let texts = try TLSContext.read(configuration)
        self.configuration = configuration
        state = Mutex(State(current: try TLSContext.make(configuration, texts), tried: .success(texts)))
    }

    /// Reads the files, and uses what they hold if that has changed since they were last tried. Blocks.
    ///
    /// - Returns: whether new certificates are in use.
    /// - Throws: what is wrong with them, once for each change; those from before stay in use.
    package func renew() throws(CertificateError) -> Bool {
        let found = Result { () throws(CertificateError) in try TLSContext.read(configuration) }
        let isNew = state.withLock { state in
            defer { state.tried = found }
            return state.tried != found
        }
        guard isNew else { return false }
        let current = try TLSContext.make(configuration, try found.get())
        state.withLock { $0.current = current }
        return true
    }

    /// When the first of the certificates in use expires.
    package var expiry: Timestamp { state.withLock(\.current.expiry) }

    /// The handler that makes a connection a TLS server.
    func makeHandler() -> NIOSSLServerHandler {
        NIOSSLServerHandler(context: state.withLock(\.current.context))
    }

    private static func read(_ configuration: ConnectionConfiguration.TLS) throws(CertificateError) -> Texts {
        var texts = Texts(identities: [])
        for files in configuration.certificates {
            texts.identities.append(Texts.Pair(chain: try text(of: files.chain), key: try text(of: files.key)))
        }
        if let file = configuration.clientAuthority { texts.clientAuthority = try text(of: file) }
        return texts
    }

    private static func text(of file: String) throws(CertificateError) -> String {
        do {
            return String(decoding: try Data(contentsOf: URL(fileURLWithPath: file)), as: UTF8.self)
        } catch {
            throw CertificateError(file: file, reason: .unreadable("\(error)"))
        }
    }

    private static func make(
        _ configuration: ConnectionConfiguration.TLS, _ texts: Texts
    ) throws(CertificateError) -> Current {
        var identities: [Identity] = []
        for (files, pair) in zip(configuration.certificates, texts.identities) {
            identities.append(try Identity(files, chainText: pair.chain, keyText: pair.key))
        }
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: identities[0].chain, privateKey: identities[0].key)
        tls.minimumTLSVersion = .tlsv12
        // Forward secrecy and authenticated encryption (RFC 9325 § 4.2); all of TLS 1.3's have both.
        tls.cipherSuiteValues = [
            .TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, .TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
            .TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, .TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
            .TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, .TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
        ]
        tls.applicationProtocols = ["h2", "http/1.1"]
        if let file = configuration.clientAuthority, let text = texts.clientAuthority {
            tls.trustRoots = .certificates(try Identity.certificates(in: text, of: file).map(\.usable))
            tls.certificateVerification = .noHostnameVerification
        }
        if identities.count > 1 {
            let identities = identities
            tls.sslContextCallback = { hello, promise in
                var change = NIOSSLContextConfigurationOverride.noChanges
                if let name = hello.serverHostname, let identity = identities.first(where: { $0.isFor(name) }) {
                    change.certificateChain = identity.chain
                    change.privateKey = identity.key
                }
                promise.succeed(change)
            }
        }
        do {
            return Current(
                context: try NIOSSLContext(configuration: tls),
                expiry: identities.map(\.expiry).min() ?? identities[0].expiry)
        } catch {
            throw CertificateError(file: configuration.certificates[0].chain, reason: .unusable("\(error)"))
        }
    }
}
