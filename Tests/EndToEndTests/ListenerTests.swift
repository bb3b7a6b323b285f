import Foundation
import NIOCore
import SluiceServer
import Testing

@Suite("A listener", .serialized)
struct ListenerTests {
    private static func withFolder(_ body: (URL) async throws -> Void) async throws {
        // Not the longest of paths: a Unix socket's has 107 bytes.
        let folder = URL(fileURLWithPath: "/tmp/sluice-\(UUID().uuidString.prefix(8))", isDirectory: true)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(folder)
    }

    private static func exercise(_ gateway: TestGateway) throws {
        let stream = try gateway.stream("/topics/chat")
        let socket = try gateway.webSocket("/topics/chat")
        try gateway.publish("chat", "hello")
        #expect(try stream.event().data == "hello")
        #expect(try socket.text() == "hello")
        let client = try HTTP2Client(to: gateway.address)
        #expect(try client.ask("GET", "/topics/chat?format=json").json(HistoryPage.self).data == ["hello"])
    }

    @Test("may be an IPv6 address")
    func ipv6() async throws {
        try await withGateway {
            $0.listeners = [GatewayConfiguration.Listener(host: "::1", port: 0)]
        } _: { gateway in
            #expect(gateway.address.protocol == .inet6)
            try Self.exercise(gateway)
        }
    }

    @Test("may be a Unix socket, whose file is there for those that its mode lets in, and gone at the end")
    func unixSocket() async throws {
        try await Self.withFolder { folder in
            let path = folder.appendingPathComponent("gateway").path
            try await withGateway {
                $0.listeners = [GatewayConfiguration.Listener(unix: path)]
                $0.listeners[0].mode = 0o600
            } _: { gateway in
                let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
                #expect(mode == 0o600)
                try Self.exercise(gateway)
            }
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }

    @Test("leaves no file when another one cannot listen")
    func laterFailure() async throws {
        try await Self.withFolder { folder in
            let path = folder.appendingPathComponent("gateway").path
            await #expect(throws: GatewayError.self) {
                try await TestGateway.start {
                    $0.listeners = [
                        GatewayConfiguration.Listener(unix: path),
                        GatewayConfiguration.Listener(unix: folder.appendingPathComponent("missing/gateway").path),
                    ]
                }
            }
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }

    @Test("takes over the file of a Unix socket that nobody serves any more")
    func staleFile() async throws {
        try await Self.withFolder { folder in
            let path = folder.appendingPathComponent("gateway").path
            let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
            let bound = try SocketAddress(unixDomainSocketPath: path).withSockAddr {
                bind(descriptor, $0, socklen_t($1))
            }
            #expect(bound == 0)
            close(descriptor)
            #expect(FileManager.default.fileExists(atPath: path))
            try await withGateway {
                $0.listeners = [GatewayConfiguration.Listener(unix: path)]
            } _: { gateway in
                let answer = try gateway.ask("GET", "/healthz")
                #expect(answer.status == 200)
            }
        }
    }

    @Test("does not take the file of a Unix socket that is served, nor any other file")
    func takenFile() async throws {
        try await Self.withFolder { folder in
            let path = folder.appendingPathComponent("gateway").path
            try await withGateway {
                $0.listeners = [GatewayConfiguration.Listener(unix: path)]
            } _: { gateway in
                let error = await #expect(throws: GatewayError.self) {
                    try await TestGateway.start { $0.listeners = [GatewayConfiguration.Listener(unix: path)] }
                }
                #expect(error.map { "\($0)".hasPrefix("cannot listen on the Unix socket '\(path)'") } == true)
                let answer = try gateway.ask("GET", "/healthz")
                #expect(answer.status == 200)
            }
            let file = folder.appendingPathComponent("file")
            try Data("precious".utf8).write(to: file)
            await #expect(throws: GatewayError.self) {
                try await TestGateway.start { $0.listeners = [GatewayConfiguration.Listener(unix: file.path)] }
            }
            #expect(try String(contentsOf: file, encoding: .utf8) == "precious")
        }
    }
}
