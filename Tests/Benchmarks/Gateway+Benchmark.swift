import Logging
import NIOCore
import SluiceConnection
import SluiceServer

extension Gateway {
    /// A gateway in this process that tells nobody when it ends, and its port.
    static func startForBenchmark(
        _ configure: (inout GatewayConfiguration) -> Void
    ) async throws -> (gateway: Gateway, port: Int) {
        var configuration = GatewayConfiguration()
        configuration.listeners = [.init(host: "127.0.0.1", port: 0)]
        configuration.connection.drain.notice = .zero
        configuration.connection.drain.spread = .zero
        configure(&configuration)
        let gateway = try await Gateway.start(
            configuration, logger: Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() })
        guard let port = gateway.addresses.first?.socket.port else { preconditionFailure("it listens on a port") }
        return (gateway, port)
    }
}
