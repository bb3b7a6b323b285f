internal import ArgumentParser
internal import Dispatch
internal import Logging
internal import NIOCore
internal import SluiceConfiguration
internal import SluiceServer

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run the gateway until SIGINT or SIGTERM.")

    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        let configuration = try options.load()
        configuration.logging.bootstrap()
        let logger = Logger(label: "sluice")
        let gateway = try await Gateway.start(configuration.gateway, logger: logger)
        let urls = gateway.addresses.map { "\($0.tls ? "https" : "http")://\($0.socket.authority)" }
        logger.info("ready", metadata: ["address": "\(urls.joined(separator: " "))"])
        let hangup = HangupSignal.each { gateway.renewCertificates() }
        defer { hangup.cancel() }
        let signal = await TerminationSignal.first()
        logger.info("shutting down", metadata: ["signal": "\(signal.rawValue)"])
        await gateway.shutdown()
        logger.info("stopped")
    }
}

extension SocketAddress {
    /// As it stands in a URL (RFC 3986 § 3.2).
    fileprivate var authority: String {
        let host = ipAddress ?? "\(self)"
        return (host.contains(":") ? "[\(host)]" : host) + (port.map { ":\($0)" } ?? "")
    }
}
