import SluiceAccess
import SluiceConnection
import SluiceServer
import SluiceTopics
import Testing

@testable import SluiceConfiguration

@Suite struct EnvironmentTests {
    @Test("every setting's variable is named after its path, and overrides it", arguments: Schema.settings.map(\.path))
    func override(path: String) throws {
        guard case .setting(let setting) = Schema.itemsByPath[path] else { return }
        let other = try #require(Samples.allowed(for: setting).first { $0 != setting.write(LoadedConfiguration()) })
        let loaded = try ConfigurationLoader.load(nil, environment: [setting.variable: Samples.variable(other)])
        #expect(setting.write(loaded) == other)
    }

    @Test("the name of a variable follows from the path")
    func names() {
        let variables = Dictionary(uniqueKeysWithValues: Schema.settings.map { ($0.path, $0.variable) })
        #expect(variables["limits.bodyBytes"] == "SLUICE_LIMITS_BODY_BYTES")
        #expect(variables["webSocket.heartbeat"] == "SLUICE_WEB_SOCKET_HEARTBEAT")
        #expect(variables["log.memory"] == "SLUICE_LOG_MEMORY")
        #expect(variables["log.idempotency.window"] == "SLUICE_LOG_IDEMPOTENCY_WINDOW")
        #expect(variables["eventLoops"] == "SLUICE_EVENT_LOOPS")
        #expect(
            Schema.listenSettings.map(\.variable) == ["SLUICE_LISTEN_HOST", "SLUICE_LISTEN_PORT", "SLUICE_LISTEN_TLS"])
    }

    @Test("a variable counts more than the file")
    func overFile() throws {
        let loaded = try load(
            #"{"listeners": [{"host": "127.0.0.1", "port": 1}, {"port": 2}], "limits": {"bodyBytes": 3}}"#,
            environment: ["SLUICE_LISTEN_HOST": "0.0.0.0", "SLUICE_LIMITS_BODY_BYTES": "4KiB"])
        #expect(loaded.gateway.listeners == [.init(host: "0.0.0.0", port: 1), .init(host: "127.0.0.1", port: 2)])
        #expect(loaded.gateway.connection.limits.bodyBytes == 4096)
    }

    @Test("a list is written with commas, and an empty text is an empty list")
    func lists() throws {
        let loaded = try load(
            #"{"access": {"allowedHosts": ["a"]}}"#,
            environment: [
                "SLUICE_ACCESS_ALLOWED_ORIGINS": "https://a.example, https://b.example",
                "SLUICE_ACCESS_ALLOWED_HOSTS": "",
                "SLUICE_ACCESS_ANONYMOUS_SUBSCRIBE": "**",
            ])
        #expect(loaded.gateway.access.allowedOrigins == ["https://a.example", "https://b.example"])
        #expect(loaded.gateway.access.allowedHosts.isEmpty)
        #expect(loaded.gateway.access.anonymous == Permissions(publish: [], subscribe: [try Pattern("**")]))
    }

    @Test("null is no limit where that is allowed")
    func null() throws {
        let loaded = try load(
            #"{"limits": {"connections": 5}}"#, environment: ["SLUICE_LIMITS_CONNECTIONS": "null"])
        #expect(loaded.gateway.connection.limits.connections == nil)
    }

    @Test(
        "a wrong value names the variable",
        arguments: [
            ("SLUICE_LISTEN_PORT", "http", #"found "http", expected a whole number from 0 to 65535"#),
            ("SLUICE_LISTEN_PORT", "-1", "found -1, expected a whole number from 0 to 65535"),
            ("SLUICE_LISTEN_PORT", "", #"found "", expected a whole number from 0 to 65535"#),
            ("SLUICE_DRAIN_TIME", "2w", #"found "2w", expected a time from 100ms to 1d: times are strings"#),
            ("SLUICE_ACCESS_KEY_IN_QUERY", "yes", #"found "yes", expected true or false"#),
        ])
    func wrongValue(variable: String, text: String, message: String) throws {
        let found = problems("{}", environment: [variable: text])
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("\(variable): \(message)") == true, "\(found)")
    }

    @Test("a wrong element of a list is named")
    func wrongElement() {
        let found = problems("{}", environment: ["SLUICE_ACCESS_ALLOWED_HOSTS": "a,b:1"])
        #expect(found == [#"SLUICE_ACCESS_ALLOWED_HOSTS[1]: found "b:1", expected a host name without port"#])
    }

    @Test("a conflict is told of the variable that made it")
    func conflict() {
        let found = problems(#"{"drain": {"notice": "1s"}}"#, environment: ["SLUICE_DRAIN_SPREAD": "20s"])
        #expect(
            found == [
                "SLUICE_DRAIN_SPREAD: drain.notice and drain.spread are 21s together, more than the 20s of drain.time"
            ])
    }

    @Test("a port for a Unix socket is a conflict")
    func unixSocket() {
        let found = problems(#"{"listeners": [{"unix": "a"}]}"#, environment: ["SLUICE_LISTEN_PORT": "80"])
        #expect(
            found == [
                "SLUICE_LISTEN_PORT: the first listener is the Unix socket 'a', and has neither a host nor a port"
            ])
    }

    @Test("an unknown variable comes with advice")
    func unknown() {
        let found = problems(
            "{}",
            environment: [
                "SLUICE_LIMIT_BODY_BYTES": "1", "SLUICE_COLOUR": "blue", "SLUICE_SERVICE_HOST": "10.0.0.1",
                "SLUICE_PORT_8080_TCP": "tcp://10.0.0.1:8080",
            ])
        #expect(
            found == [
                "SLUICE_COLOUR: unknown variable; a variable is named after a key, such as SLUICE_LIMITS_BODY_BYTES after "
                    + "limits.bodyBytes",
                "SLUICE_LIMIT_BODY_BYTES: unknown variable; did you mean SLUICE_LIMITS_BODY_BYTES?",
                "SLUICE_PORT_8080_TCP: unknown variable; Kubernetes sets it for a service that is named 'sluice', unless "
                    + "enableServiceLinks is false",
                "SLUICE_SERVICE_HOST: unknown variable; Kubernetes sets it for a service that is named 'sluice', unless "
                    + "enableServiceLinks is false",
            ])
    }

    @Test("other variables are nobody's business, nor are those of the client commands")
    func others() throws {
        let environment = ["PATH": "/bin", "LIMITS_BODY_BYTES": "1", "SLUICE_URL": "http://x", "SLUICE_KEY": "sk_1"]
        let loaded = try ConfigurationLoader.load(nil, environment: environment)
        #expect(loaded.rendered() == LoadedConfiguration().rendered())
    }
}
