internal import ArgumentParser
internal import NIOCore
internal import SluiceAccess
internal import SluiceTopics
internal import SluiceWire

struct KeyNewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Make a key.",
        discussion: "Prints the key, which is kept nowhere, and the object for 'access.keys' in gateway.json, by which "
            + "the gateway knows it. Without --publish and --subscribe the key may do everything.")

    @Option(help: ArgumentHelp("How the key is called in logs.", valueName: "name"))
    var name = "new-key"

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Topics and patterns that may be published to.", valueName: "pattern"),
        transform: { try Pattern($0) })
    var publish: [Pattern] = []

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Topics and patterns that may be subscribed to.", valueName: "pattern"),
        transform: { try Pattern($0) })
    var subscribe: [Pattern] = []

    func run() throws {
        var generator = SystemRandomNumberGenerator()
        let secret = AccessKey.makeSecret(using: &generator)
        try StandardOutput.write(
            line: """
                The key, shown only this once:

                  \(secret)

                For 'access.keys' in gateway.json:

                  \(object(for: secret))
                """)
    }

    private func object(for secret: String) -> String {
        let mayAll = publish.isEmpty && subscribe.isEmpty
        var json = ByteBuffer(string: "{\"name\": ")
        JSONText.writeString(name, into: &json)
        json.writeString(", \"sha256\": \"\(AccessKey.hexadecimal(AccessKey.digest(of: secret)))\"")
        for (member, patterns) in [("publish", publish), ("subscribe", subscribe)] {
            json.writeString(", \"\(member)\": [")
            for (number, text) in (mayAll ? ["**"] : patterns.map(\.text)).enumerated() {
                if number > 0 { json.writeString(", ") }
                JSONText.writeString(text, into: &json)
            }
            json.writeString("]")
        }
        json.writeString("}")
        return String(buffer: json)
    }
}
