internal import Logging
internal import NIOCore
internal import SluiceAccess
internal import SluiceBus
internal import SluiceConnection
internal import SluiceHTTP
internal import SluiceMemoryLog
internal import SluiceRelay
internal import SluiceSSE
internal import SluiceServer
internal import SluiceTopics
internal import SluiceWire
internal import SluiceWebSocket

extension Schema {
    static let general: [Item] = [
        .objects(ObjectList("listeners", mayBeEmpty: false, \.gateway.listeners)),
        .objects(ObjectList("routes", \.gateway.routes)),
    ]

    static let tls: [Item] = [
        .objects(ObjectList("tls.certificates", \.gateway.connection.tls.certificates)),
        .setting(
            Setting("tls.clientAuthority", .optional(.filePath), \.gateway.connection.tls.clientAuthority)),
    ]

    static let proxies: [Item] = [
        .setting(
            Setting(
                "proxies.trusted", .list(.proxySource, "a list of addresses and networks"),
                \.gateway.connection.proxies.sources)),
        .setting(Setting("proxies.header", .name, \.gateway.connection.proxies.field)),
    ]

    static let access: [Item] = [
        .setting(Setting("access.anonymous.publish", .patterns, \.gateway.access.anonymousPublish)),
        .setting(Setting("access.anonymous.subscribe", .patterns, \.gateway.access.anonymousSubscribe)),
        .objects(ObjectList("access.keys", \.gateway.access.keys)),
        .setting(Setting("access.keyInQuery", .flag, \.gateway.access.allowsKeyInQuery)),
        .setting(
            Setting("access.ticketTime", .time(.seconds(1) ... .hours(1)), \.gateway.access.tickets.lifetime)),
        .setting(Setting("access.tickets", .count(1...10_000_000), \.gateway.access.tickets.maximumTickets)),
        .setting(
            Setting("access.allowedOrigins", .set(.origin, "a list of origins"), \.gateway.access.allowedOrigins)),
        .setting(
            Setting("access.allowedHosts", .set(.hostName, "a list of host names"), \.gateway.access.allowedHosts)),
    ]

    static let log: [Item] = [
        .setting(Setting("log.file", .optional(.filePath), \.gateway.logFile)),
        .setting(Setting("log.fileBytes", .size(.kibibytes(64) ... .gibibytes(1 << 20)), \.gateway.logFileBytes)),
        .setting(Setting("log.cacheBytes", .size(0 ... .gibibytes(1024)), \.gateway.logCacheBytes)),
        .setting(Setting("log.memory", .size(.kibibytes(64) ... .gibibytes(1024)), \.gateway.log.maximumBytes)),
        .setting(Setting("log.topics", .count(1...100_000_000), \.gateway.log.maximumTopics)),
        .setting(Setting("log.topicIdleTime", .time(.seconds(1) ... .days(365)), \.gateway.log.topicIdleTime)),
        .objects(ObjectList("log.rules", \.gateway.log.rules)),
        .setting(
            Setting("log.idempotency.window", .time(.seconds(1) ... .days(30)), \.gateway.log.idempotencyWindow)),
        .setting(Setting("log.idempotency.keys", .count(0...100_000_000), \.gateway.log.maximumIdempotencyKeys)),
        .setting(Setting("log.scanEvents", .count(1...1_000_000), \.gateway.log.maximumScan)),
        .setting(Setting("log.scanTopics", .count(1...1_000_000), \.gateway.log.maximumGapScan)),
    ]

    static let limits: [Item] = [
        .setting(
            Setting(
                "limits.headerBytes", .size(.kibibytes(1) ... .mebibytes(1)), \.gateway.connection.limits.headerBytes)),
        .setting(Setting("limits.headerCount", .count(10...10_000), \.gateway.connection.limits.headerCount)),
        .setting(Setting("limits.bodyBytes", .size(1 ... .gibibytes(1)), \.gateway.connection.limits.bodyBytes)),
        .setting(
            Setting(
                "limits.requestTime", .time(.milliseconds(100) ... .hours(1)), \.gateway.connection.limits.requestTime)),
        .setting(
            Setting("limits.idleTime", .time(.milliseconds(100) ... .days(1)), \.gateway.connection.limits.idleTime)),
        .setting(
            Setting("limits.connections", .optional(.count(1...10_000_000)), \.gateway.connection.limits.connections)),
        .setting(
            Setting(
                "limits.connectionsPerAddress", .optional(.count(1...10_000_000)),
                \.gateway.connection.limits.connectionsPerAddress)),
        .setting(
            Setting("limits.requestsInFlight", .count(1...10_000), \.gateway.connection.limits.requestsInFlight)),
        .setting(
            Setting(
                "limits.streamsPerConnection", .count(1...100_000),
                \.gateway.connection.limits.streamsPerConnection)),
        .setting(
            Setting(
                "limits.topicsPerSubscription", .count(1...100_000),
                \.gateway.connection.limits.topicsPerSubscription)),
        .setting(
            Setting(
                "limits.outboundBytes", .size(.kibibytes(1) ... .mebibytes(64)),
                \.gateway.connection.limits.outboundBytes)),
        .setting(
            Setting(
                "limits.sendBufferBytes", .optional(.size(.kibibytes(4) ... .mebibytes(64))),
                \.gateway.connection.limits.sendBufferBytes)),
    ]

    static let wires: [Item] = [
        .setting(Setting("webSocket.messageBytes", .size(1 ... .gibibytes(1)), \.gateway.webSocket.messageBytes)),
        .setting(Setting("webSocket.heartbeat", .time(.seconds(1) ... .hours(1)), \.gateway.webSocket.heartbeat)),
        .setting(
            Setting("webSocket.closeTime", .time(.milliseconds(100) ... .minutes(1)), \.gateway.webSocket.closeTime)),
        .setting(
            Setting(
                "webSocket.messagesPerSecond", .optional(.count(1...10_000_000)),
                \.gateway.webSocket.messagesPerSecond)),
        .setting(Setting("webSocket.permessageDeflate", .flag, \.gateway.webSocket.permessageDeflate)),
        .setting(Setting("eventStream.retry", .time(.milliseconds(100) ... .hours(1)), \.gateway.eventStream.retry)),
        .setting(Setting("eventStream.heartbeat", .time(.seconds(1) ... .hours(1)), \.gateway.eventStream.heartbeat)),
        .setting(Setting("eventStream.gzip", .flag, \.gateway.eventStream.gzip)),
        .setting(
            Setting("compression.minimumBytes", .size(0 ... .gibibytes(1)), \.gateway.compression.minimumBytes)),
        .setting(Setting("compression.level", .count(1...9), \.gateway.compression.level)),
        .setting(Setting("http.pageEvents", .count(1...100_000), \.gateway.http.pageEvents)),
        .setting(Setting("http.maximumPageEvents", .count(1...100_000), \.gateway.http.maximumPageEvents)),
        .setting(Setting("http.pageBytes", .size(.kibibytes(1) ... .gibibytes(1)), \.gateway.http.pageBytes)),
        .setting(Setting("http.longPoll", .time(.seconds(1) ... .hours(1)), \.gateway.http.longPoll)),
        .setting(Setting("http.batchEvents", .count(1...100_000), \.gateway.http.batchEvents)),
    ]

    static let relay: [Item] = [
        .objects(ObjectList("upstreams", \.gateway.upstreams)),
        .setting(Setting("generations.maximum", .count(1...1_000_000), \.gateway.generations.maximum)),
        .setting(Setting("generations.age", .time(.minutes(1) ... .days(3650)), \.gateway.generations.age)),
        .setting(Setting("generations.keys", .count(0...100_000_000), \.gateway.generations.keys)),
        .setting(Setting("generations.durability", .name, \.gateway.generations.durability)),
    ]

    static let operations: [Item] = [
        .setting(Setting("drain.notice", .time(.zero ... .hours(1)), \.gateway.connection.drain.notice)),
        .setting(Setting("drain.spread", .time(.zero ... .hours(1)), \.gateway.connection.drain.spread)),
        .setting(Setting("drain.time", .time(.milliseconds(100) ... .days(1)), \.gateway.connection.drain.time)),
        .setting(Setting("eventLoops", .optional(.count(1...64)), \.gateway.eventLoops)),
        .setting(Setting("logging.level", .name, \.logging.level)),
        .setting(Setting("logging.format", .name, \.logging.format)),
    ]
}

extension GatewayConfiguration {
    var firstListener: Listener {
        get { listeners.first ?? Listener(host: "127.0.0.1", port: 8080) }
        set { listeners.replaceSubrange(0..<min(1, listeners.count), with: [newValue]) }
    }
}

extension GatewayConfiguration.Access {
    var anonymousPublish: [Pattern] {
        get { anonymous?.publish ?? [] }
        set { anonymous = Permissions(publish: newValue, subscribe: anonymousSubscribe) }
    }

    var anonymousSubscribe: [Pattern] {
        get { anonymous?.subscribe ?? [] }
        set { anonymous = Permissions(publish: anonymousPublish, subscribe: newValue) }
    }
}
