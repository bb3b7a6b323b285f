internal import ArgumentParser
internal import FoundationEssentials
internal import SluiceConfiguration

/// Where the configuration of a gateway comes from.
struct ConfigurationOptions: ParsableArguments {
    @Option(
        name: [.long, .customShort("c")],
        help: ArgumentHelp(
            "The configuration file.",
            discussion: "Without this, gateway.json in the working directory is read if it is there. Environment "
                + "variables that begin with SLUICE_ override single values.",
            valueName: "path"))
    var config: String?

    func load() throws -> LoadedConfiguration {
        try ConfigurationLoader.load(path: config, environment: ProcessInfo.processInfo.environment)
    }
}
