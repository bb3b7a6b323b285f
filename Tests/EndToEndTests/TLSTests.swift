import Foundation
import NIOCore
import NIOSSL
import SluiceCertificates
import SluiceClient
import SluiceConnection
import SluiceServer
import SluiceTopics
import Testing

@Suite("A listener that speaks TLS", .serialized)
struct TLSTests {
    @Test("carries publishes, streams and sessions")
    func everyWire() async throws {
        try await withCertificates { folder in
            try folder.write("server", for: ["localhost"])
            try await withGateway(folder.configure("server")) { gateway in
                try await withTunnel(to: gateway, folder.client()) { gateway, _ in
                    let stream = try gateway.stream("/topics/chat")
                    let socket = try gateway.webSocket("/topics/chat")
                    try gateway.publish("chat", "hello")
                    #expect(try stream.event().data == "hello")
                    #expect(try socket.text() == "hello")
                    try socket.send(text: "from the session")
                    #expect(try stream.event().data == "from the session")
                }
            }
        }
    }

    @Test("is reached by a client that trusts the authority, and by no other")
    func client() async throws {
        try await withCertificates { folder in
            try folder.write("server", for: ["localhost"])
            try await withGateway(folder.configure("server")) { gateway in
                let url = try GatewayURL("https://localhost:\(gateway.port)")
                let trusting = SluiceClient(url: url, tls: folder.client())
                let published = try await trusting.publish(ByteBuffer(string: "hello"), to: try Topic("chat"))
                #expect(published.topic == "chat")
                let refusal = await #expect(throws: (any Error).self) {
                    try await SluiceClient(url: url).publish(ByteBuffer(string: "hello"), to: try Topic("chat"))
                }
                #expect(refusal.map { "\($0)".contains("the certificate is not trusted") } == true)
            }
        }
    }

    @Test("shows the certificate for the name that the client asks for, and the first one otherwise")
    func serverNames() async throws {
        try await withCertificates { folder in
            try folder.write("first", for: ["localhost"])
            try folder.write("second", for: ["*.example.org", "example.org"])
            try await withGateway(folder.configure("first", "second")) { gateway in
                for (name, expected) in [
                    ("localhost", "first"), ("a.example.org", "second"), ("EXAMPLE.org", "second"),
                    ("a.b.example.org", "first"), ("unknown.test", "first"),
                ] {
                    var client = folder.client()
                    client.certificateVerification = .noHostnameVerification
                    try await withTunnel(to: gateway, for: name, client) { gateway, tunnel in
                        #expect(try gateway.ask("GET", "/healthz").status == 200)
                        let certificate = try folder.certificate(expected)
                        #expect(tunnel.serverCertificate == certificate, "\(name)")
                    }
                }
            }
        }
    }

    @Test("shows a new certificate when the files change, while connections go on")
    func renewal() async throws {
        try await withCertificates { folder in
            try folder.write("server", for: ["localhost"])
            let before = try folder.certificate("server")
            try await withGateway(folder.configure("server")) { gateway in
                try await withTunnel(to: gateway, folder.client()) { through, tunnel in
                    let stream = try through.stream("/topics/feed")
                    #expect(tunnel.serverCertificate == before)
                    try folder.write("server", for: ["localhost"])
                    let after = try folder.certificate("server")
                    gateway.gateway.renewCertificates()
                    #expect(try through.ask("GET", "/healthz").status == 200)
                    #expect(after != before && tunnel.serverCertificate == after)

                    // What cannot be used changes nothing.
                    try Data("nonsense".utf8).write(to: folder.url("server.pem"))
                    gateway.gateway.renewCertificates()
                    try through.publish("feed", "still here")
                    #expect(try stream.event().data == "still here")
                    #expect(tunnel.serverCertificate == after)
                }
            }
        }
    }

    @Test("speaks to no client without a certificate when there is an authority for clients")
    func clientCertificates() async throws {
        try await withCertificates { folder in
            try folder.write("server", for: ["localhost"])
            try folder.write("client", for: ["client"])
            let configure = folder.configure("server")
            try await withGateway({
                try configure(&$0)
                $0.connection.tls.clientAuthority = folder.url("authority.pem").path
            }) { gateway in
                try await withTunnel(to: gateway, folder.client()) { gateway, _ in
                    #expect(throws: ClientError.self) { try gateway.ask("GET", "/healthz") }
                }
                var client = folder.client()
                client.certificateChain = [.certificate(try folder.certificate("client"))]
                client.privateKey = .privateKey(
                    try NIOSSLPrivateKey(file: folder.url("client.key").path, format: .pem))
                try await withTunnel(to: gateway, client) { gateway, _ in
                    let answer = try gateway.ask("GET", "/healthz")
                    #expect(answer.status == 200)
                }
            }
        }
    }

    @Test("refuses what is too old: TLS 1.1, and ciphers without forward secrecy or authenticated encryption")
    func oldClients() async throws {
        try await withCertificates { folder in
            try folder.write("server", for: ["localhost"])
            try await withGateway(folder.configure("server")) { gateway in
                var old = folder.client()
                old.minimumTLSVersion = .tlsv1
                old.maximumTLSVersion = .tlsv11
                var cbc = folder.client()
                cbc.maximumTLSVersion = .tlsv12
                cbc.cipherSuiteValues = [.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA]
                for client in [old, cbc] {
                    try await withTunnel(to: gateway, client) { gateway, _ in
                        #expect(throws: ClientError.self) { try gateway.ask("GET", "/healthz") }
                    }
                }
                var fine = folder.client()
                fine.maximumTLSVersion = .tlsv12
                try await withTunnel(to: gateway, fine) { gateway, _ in
                    let answer = try gateway.ask("GET", "/healthz")
                    #expect(answer.status == 200)
                }
            }
        }
    }

    @Test("keeps the gateway from starting, with the reason, when a certificate cannot be used")
    func startRefused() async throws {
        try await withCertificates { folder in
            try folder.write("server", for: ["localhost"])
            try Data().write(to: folder.url("server.key"))
            await #expect(throws: CertificateError(file: folder.url("server.key").path, reason: .noKey)) {
                try await withGateway(folder.configure("server")) { _ in }
            }
        }
    }
}
