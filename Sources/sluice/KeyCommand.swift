internal import ArgumentParser

struct KeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Make keys for those who publish and subscribe.",
        subcommands: [KeyNewCommand.self])
}
