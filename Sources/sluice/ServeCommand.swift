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
        let urls = gateway.addresses.map(\.text)
        logger.info("ready", metadata: ["address": "\(urls.joined(separator: " "))"])
        let hangup = HangupSignal.each { gateway.renewCertificates() }
        defer { hangup.cancel() }
        let signal = await TerminationSignal.first()
        logger.info("shutting down", metadata: ["signal": "\(signal.rawValue)"])
        await gateway.shutdown()
        logger.info("stopped")
    }
}

extension Gateway.Address {
    /// A URL (RFC 3986 § 3.2), or the path of a Unix socket.
    fileprivate var text: String {
        guard let host = socket.ipAddress else { return "unix:\(socket.pathname ?? "")" }
        return (tls ? "https" : "http") + "://" + (host.contains(":") ? "[\(host)]" : host)
            + (socket.port.map { ":\($0)" } ?? "")
    }
}
