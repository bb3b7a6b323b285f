import Logging
import SluiceServer
import SluiceTopics

@main struct Stub {
    static func main() async throws {
        var configuration = GatewayConfiguration()
        configuration.listeners = [.init(host: "127.0.0.1", port: 8080)]
        configuration.routes = [.init(path: "/ws", topic: try Topic("chat")), .init(path: "/stream", topic: try Topic("feed"))]
        let gateway = try await Gateway.start(configuration, logger: Logger(label: "sluice"))
        print(gateway.addresses)
        try await Task.sleep(for: .seconds(100000))
        await gateway.shutdown()
    }
}
