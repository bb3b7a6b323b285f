internal import ArgumentParser
internal import SluiceConfiguration

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check the configuration of a gateway and print what it amounts to.",
        discussion: "Prints the effective configuration, every value with its default filled in. Ends with status 1 "
            + "when something is wrong with it, and says all of it.")

    @OptionGroup var options: ConfigurationOptions

    func run() throws {
        let configuration = try options.load()
        try StandardOutput.write(line: configuration.rendered())
        StandardError.write(line: "\(configuration.file ?? "the configuration without a file") is good")
    }
}
