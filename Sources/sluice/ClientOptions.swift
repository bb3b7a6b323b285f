internal import ArgumentParser
internal import FoundationEssentials
internal import NIOSSL
internal import SluiceClient

/// Which gateway a client command means, and who it is to it.
struct ClientOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where the gateway is: http, https, ws or wss (default: SLUICE_URL, or http://127.0.0.1:8080).",
            valueName: "url"))
    var url: String?

    @Option(
        help: ArgumentHelp(
            "The key to come with (default: SLUICE_KEY).",
            discussion: "Prefer SLUICE_KEY: everyone on this machine can see the arguments of a command.",
            valueName: "key"))
    var key: String?

    @Option(
        help: ArgumentHelp(
            "A PEM file with the authorities to trust instead of the system's (see 'sluice certificate').",
            valueName: "file"))
    var authority: String?

    func makeClient() throws -> SluiceClient {
        let environment = ProcessInfo.processInfo.environment
        let address = url ?? environment["SLUICE_URL"] ?? "http://127.0.0.1:8080"
        var tls = TLSConfiguration.makeClientConfiguration()
        if let authority { tls.trustRoots = .file(authority) }
        return SluiceClient(url: try GatewayURL(address), key: key ?? environment["SLUICE_KEY"], tls: tls)
    }
}
