import Foundation
import SluiceServer
import SluiceTopics
import Testing

@testable import SluiceConfiguration

@Suite struct DocumentationTests {
    /// The row of a key in the tables of Docs/configuration.md.
    private func row(_ path: String) throws -> String {
        let lines = try PackageFiles.text("Docs/configuration.md").split(separator: "\n")
        return String(try #require(lines.first { $0.hasPrefix("| `\(path)`") }, "\(path) is not documented"))
    }

    @Test("every setting is documented with its variable, what is allowed and its default")
    func settings() throws {
        for setting in Schema.settings {
            let row = try row(setting.path)
            #expect(row.contains("`\(setting.variable)`"), "\(setting.path)")
            #expect(row.contains("| \(setting.allowed) |"), "\(setting.path)")
            #expect(
                row.contains("| `\(JSONText.literal(setting.write(LoadedConfiguration())).text())` |"),
                "\(setting.path)")
        }
    }

    @Test("every key of the objects in lists is documented")
    func objects() throws {
        for list in Schema.objectLists {
            for key in list.keys { _ = try row("\(list.path)[].\(key)") }
        }
        for (setting, path) in zip(Schema.listenSettings, ["listeners[].host", "listeners[].port", "listeners[].tls"]) {
            let row = try row(path)
            #expect(row.contains("`\(setting.variable)`"))
            #expect(row.contains("| \(setting.allowed) |"))
        }
    }

    @Test("every row stands in a table")
    func rows() throws {
        let lines = try PackageFiles.text("Docs/configuration.md").split(
            separator: "\n", omittingEmptySubsequences: false)
        for (before, line) in zip(lines, lines.dropFirst()) where line.hasPrefix("| `") {
            #expect(before.hasPrefix("|"), "\(line)")
        }
    }

    @Test("no key is documented that does not exist")
    func nothingElse() throws {
        let objects = Schema.objectLists.flatMap { list in list.keys.map { "\(list.path)[].\($0)" } }
        let known = Set(Schema.settings.map(\.path) + objects)
        for line in try PackageFiles.text("Docs/configuration.md").split(separator: "\n") where line.hasPrefix("| `") {
            let path = String(line.dropFirst(3).prefix { $0 != "`" })
            #expect(known.contains(path), "\(path)")
        }
    }

    @Test("the example in the documentation loads")
    func example() throws {
        let parts = try PackageFiles.text("Docs/configuration.md").components(separatedBy: "```")
        let examples = parts.filter { $0.hasPrefix("json\n") }
        #expect(examples.count == 1)
        for example in examples { #expect(problems(String(example.dropFirst(4))) == []) }
    }

    @Test("the messages in the documentation are those that are given")
    func messages() throws {
        let documentation = try PackageFiles.text("Docs/configuration.md")
        let found = problems(
            "{\n  \"limits\": {\n    \"headerCount\": 100,\n    \"headerBytes\": \"12 parsecs\",\n    \"bodyByte\": 1\n  }\n}",
            environment: ["SLUICE_LISTEN_PORT": "http"])
        #expect(found.count == 3)
        #expect(documentation.contains(found.joined(separator: "\n")), "\(found)")
    }

    @Test("the gateway.json of the package loads, and has the routes that the start page promises")
    func shippedFile() throws {
        let loaded = try ConfigurationLoader.load(path: PackageFiles.path("gateway.json"), environment: [:])
        #expect(loaded.gateway.listeners == [.init(host: "127.0.0.1", port: 8080)])
        #expect(
            loaded.gateway.routes == [
                .init(path: "/ws", to: .topic(try Topic("chat"))),
                .init(path: "/stream", to: .topic(try Topic("feed"))),
            ])
    }
}
