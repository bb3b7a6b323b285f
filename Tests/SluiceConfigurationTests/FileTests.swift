import Logging
import NIOCore
import SluiceAccess
import SluiceBus
import SluiceConnection
import SluiceHTTP
import SluiceLog
import SluiceMemoryLog
import SluiceSSE
import SluiceServer
import SluiceTopics
import SluiceWebSocket
import SluiceWire
import Testing

@testable import SluiceConfiguration

@Suite struct FileTests {
    @Test("an empty object is the defaults")
    func emptyObject() throws {
        let configuration = try load("{}")
        #expect(configuration.rendered() == LoadedConfiguration().rendered())
        #expect(configuration.file == "gateway.json")
    }

    @Test("each value reaches the part of the gateway that it configures")
    func everyValue() throws {
        let digest = String(repeating: "0a", count: 32)
        let loaded = try load(
            """
            {
              "listeners": [{"host": "0.0.0.0", "port": 0}, {"host": "::1"}, {"port": 81, "tls": true},
                {"unix": "run/a", "mode": "606"}, {"unix": "b", "proxyProtocol": true}],
              "proxies": {"trusted": ["10.0.0.0/8", "::1", "unix"], "header": "Forwarded"},
              "tls": {"certificates": [{"chain": "a.pem", "key": "b.key"}], "clientAuthority": "c.pem"},
              "routes": [{"path": "/ws", "topic": "chat"}, {"path": "/a%20b/c", "topic": "a b"}],
              "access": {
                "anonymous": {"publish": ["a/*"], "subscribe": ["**", "$sluice/x"]},
                "keys": [{"name": "backend", "sha256": "\(digest)", "publish": ["orders/**"]}],
                "keyInQuery": true, "ticketTime": "90s", "tickets": 7,
                "allowedOrigins": ["https://example.org", "null"], "allowedHosts": ["proxy.internal"]
              },
              "log": {
                "memory": "1GiB", "topics": 5, "topicIdleTime": "2d",
                "rules": [{"topics": "a/**", "events": 3, "bytes": "1KiB", "age": "1h"}, {"topics": "**", "age": null}],
                "idempotency": {"window": "1m", "keys": 0}, "scanEvents": 11, "scanTopics": 12
              },
              "limits": {
                "headerBytes": 2048, "headerCount": 20, "bodyBytes": "3MiB", "requestTime": "250ms", "idleTime": "8s",
                "connections": 9, "connectionsPerAddress": 10, "requestsInFlight": 11, "topicsPerSubscription": 12,
                "streamsPerConnection": 37,
                "outboundBytes": "13KiB", "sendBufferBytes": null
              },
              "webSocket": {
                "messageBytes": 14, "heartbeat": "15s", "closeTime": "16s", "messagesPerSecond": null,
                "permessageDeflate": false
              },
              "eventStream": {"retry": "17s", "heartbeat": "18s", "gzip": false},
              "compression": {"minimumBytes": "2KiB", "level": 3},
              "http": {
                "pageEvents": 19, "maximumPageEvents": 20, "pageBytes": "21KiB", "longPoll": "22s", "batchEvents": 23
              },
              "drain": {"notice": "0s", "spread": "24s", "time": "25s"},
              "eventLoops": 2,
              "logging": {"level": "debug", "format": "json"}
            }
            """)
        let gateway = loaded.gateway
        var unix = GatewayConfiguration.Listener(unix: "run/a")
        unix.mode = 0o606
        var proxied = GatewayConfiguration.Listener(unix: "b")
        proxied.proxyProtocol = true
        #expect(
            gateway.listeners == [
                .init(host: "0.0.0.0", port: 0), .init(host: "::1", port: 8080),
                .init(host: "127.0.0.1", port: 81, tls: true), unix, proxied,
            ])
        #expect(gateway.connection.tls.certificates == [CertificateFiles(chain: "a.pem", key: "b.key")])
        #expect(gateway.connection.tls.clientAuthority == "c.pem")
        let networks = ["10.0.0.0/8", "::1"].compactMap { IPNetwork($0) }.map(TrustedProxies.Source.network)
        #expect(gateway.connection.proxies.sources == networks + [.unixSocket])
        #expect(gateway.connection.proxies.field == .forwarded)
        #expect(
            gateway.routes == [
                .init(path: "/ws", to: .topic(try Topic("chat"))),
                .init(path: "/a%20b/c", to: .topic(try Topic("a b"))),
            ])

        let access = gateway.access
        #expect(
            access.anonymous
                == Permissions(
                    publish: [try Pattern("a/*")], subscribe: [try Pattern("**"), try Pattern("$sluice/x")]))
        let backend = Permissions(publish: [try Pattern("orders/**")], subscribe: [])
        #expect(
            access.keys == [AccessKey(name: "backend", digest: .init(repeating: 10, count: 32), permissions: backend)])
        #expect(access.allowsKeyInQuery)
        #expect(access.tickets == .init(lifetime: .seconds(90), maximumTickets: 7))
        #expect(access.allowedOrigins == ["https://example.org", "null"])
        #expect(access.allowedHosts == ["proxy.internal"])

        let log = gateway.log
        #expect((log.maximumBytes, log.maximumTopics) == (1 << 30, 5))
        #expect(log.topicIdleTime == .seconds(2 * 86_400))
        #expect(log.rules.map(\.pattern.text) == ["a/**", "**"])
        #expect(log.rules.map(\.maximumEvents) == [3, nil])
        #expect(log.rules.map(\.maximumBytes) == [1024, nil])
        #expect(log.rules.map(\.maximumAge) == [.seconds(3600), nil])
        #expect((log.idempotencyWindow, log.maximumIdempotencyKeys) == (.seconds(60), 0))
        #expect((log.maximumScan, log.maximumGapScan) == (11, 12))

        let limits = gateway.connection.limits
        #expect((limits.headerBytes, limits.headerCount, limits.bodyBytes) == (2048, 20, 3 << 20))
        #expect((limits.requestTime, limits.idleTime) == (.milliseconds(250), .seconds(8)))
        #expect((limits.connections, limits.connectionsPerAddress) == (9, 10))
        #expect((limits.requestsInFlight, limits.topicsPerSubscription) == (11, 12))
        #expect(limits.streamsPerConnection == 37)
        #expect((limits.outboundBytes, limits.sendBufferBytes) == (13 << 10, nil))

        let webSocket = gateway.webSocket
        #expect((webSocket.messageBytes, webSocket.messagesPerSecond) == (14, nil))
        #expect(!webSocket.permessageDeflate)
        #expect((webSocket.heartbeat, webSocket.closeTime) == (.seconds(15), .seconds(16)))
        #expect((gateway.eventStream.retry, gateway.eventStream.heartbeat) == (.seconds(17), .seconds(18)))
        #expect(!gateway.eventStream.gzip)
        #expect((gateway.compression.minimumBytes, gateway.compression.level) == (2048, 3))
        #expect((gateway.http.pageEvents, gateway.http.maximumPageEvents) == (19, 20))
        #expect((gateway.http.pageBytes, gateway.http.longPoll) == (21 << 10, .seconds(22)))
        #expect(gateway.http.batchEvents == 23)
        let drain = gateway.connection.drain
        #expect((drain.notice, drain.spread, drain.time) == (.zero, .seconds(24), .seconds(25)))
        #expect(gateway.eventLoops == 2)
        #expect((loaded.logging.level, loaded.logging.format) == (.debug, .json))
    }

    @Test("nothing is said about anonymous access until one of its lists is given")
    func anonymous() throws {
        #expect(try load("{}").gateway.access.anonymous == nil)
        #expect(try load(#"{"access": {"anonymous": null}}"#).gateway.access.anonymous == nil)
        #expect(try load(#"{"access": {"anonymous": {}}}"#).gateway.access.anonymous == Permissions.none)
        let permissions = try load(#"{"access": {"anonymous": {"subscribe": ["a"]}}}"#).gateway.access.anonymous
        #expect(permissions == Permissions(publish: [], subscribe: [try Pattern("a")]))
    }

    @Test("a file that was asked for must be there")
    func missingFile() {
        let error = #expect(throws: ConfigurationError.self) {
            try ConfigurationLoader.load(path: "no/such/file.json", environment: [:])
        }
        #expect(error?.problems.map(\.code) == [.missingFile])
        #expect(error?.description == "no/such/file.json: there is no such file")
    }

    @Test("without a file there are the defaults, and the environment still counts")
    func noFile() throws {
        let source = try ConfigurationLoader.read(path: "no/such/file.json", mayBeMissing: true)
        #expect(source == nil)
        let loaded = try ConfigurationLoader.load(source, environment: ["SLUICE_LISTEN_PORT": "9000"])
        #expect(loaded.file == nil)
        #expect(loaded.gateway.listeners == [.init(host: "127.0.0.1", port: 9000)])
    }

    @Test("a directory is no file, even where a file may be missing", arguments: [true, false])
    func directory(mayBeMissing: Bool) {
        let error = #expect(throws: ConfigurationError.self) {
            try ConfigurationLoader.read(path: PackageFiles.path("Docs"), mayBeMissing: mayBeMissing)
        }
        #expect(error?.problems.map(\.code) == [.unreadableFile])
        #expect(error?.description.hasSuffix("cannot be read: it is a directory") == true)
    }
}
