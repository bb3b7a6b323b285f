internal import ArgumentParser

@main
struct Sluice: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sluice",
        abstract: "A realtime gateway: publish by HTTP, subscribe over Server-Sent Events or WebSocket.",
        subcommands: [
            ServeCommand.self, PublishCommand.self, SubscribeCommand.self, CheckCommand.self, LogCommand.self,
            BenchCommand.self, BenchFleetCommand.self,
            KeyCommand.self, CertificateCommand.self,
        ],
        defaultSubcommand: ServeCommand.self)
}
