internal import SluiceServer

extension GatewayConfiguration.Listener: ListedObject {
    static let hostFormat = Format.listenHost
    static let portFormat = Format.count(0...65535)
    static let tlsFormat = Format.flag

    enum CodingKeys: String, CodingKey, CaseIterable {
        case host, port, unix, mode, tls, proxyProtocol
    }

    static var kind: String { "a listener" }

    package init(from decoder: any Decoder) throws {
        let fields = try ObjectFields(decoder, by: CodingKeys.self)
        let host = try fields.optional(.host, Self.hostFormat)
        let port = try fields.optional(.port, Self.portFormat)
        let unix = try fields.optional(.unix, .socketPath)
        let mode = try fields.optional(.mode, .fileMode)
        if let unix { self.init(unix: unix) } else { self.init(host: host ?? "127.0.0.1", port: port ?? 8080) }
        if let mode { self.mode = mode }
        tls = try fields.optional(.tls, Self.tlsFormat) ?? false
        proxyProtocol = try fields.optional(.proxyProtocol, .flag) ?? false
        if let unix, host != nil || port != nil {
            throw ObjectProblem.refused(
                CodingKeys.unix.rawValue,
                Refusal(
                    found: .string(unix), allowed: Format.socketPath.allowed,
                    reason: "a listener has either a Unix socket or a host and a port"))
        }
        if let mode, unix == nil {
            throw ObjectProblem.refused(
                CodingKeys.mode.rawValue,
                Refusal(
                    found: Format.fileMode.write(mode), allowed: Format.fileMode.allowed,
                    reason: "only the file of a Unix socket has a mode"))
        }
    }

    var row: [(key: CodingKeys, value: Literal)] {
        let place: [(key: CodingKeys, value: Literal)] =
            if let unix {
                [(.unix, Format.socketPath.write(unix)), (.mode, Format.fileMode.write(mode))]
            } else {
                [(.host, Self.hostFormat.write(host)), (.port, Self.portFormat.write(port))]
            }
        return place + [(.tls, Self.tlsFormat.write(tls)), (.proxyProtocol, Format.flag.write(proxyProtocol))]
    }
}
