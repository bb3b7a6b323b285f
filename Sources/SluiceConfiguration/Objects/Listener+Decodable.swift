internal import SluiceServer

extension GatewayConfiguration.Listener: ListedObject {
    static let hostFormat = Format.listenHost
    static let portFormat = Format.count(0...65535)

    static let tlsFormat = Format.flag

    enum CodingKeys: String, CodingKey, CaseIterable {
        case host, port, tls
    }

    static var kind: String { "a listener" }

    package init(from decoder: any Decoder) throws {
        let fields = try ObjectFields(decoder, by: CodingKeys.self)
        self.init(
            host: try fields.optional(.host, Self.hostFormat) ?? "127.0.0.1",
            port: try fields.optional(.port, Self.portFormat) ?? 8080,
            tls: try fields.optional(.tls, Self.tlsFormat) ?? false)
    }

    var row: [(key: CodingKeys, value: Literal)] {
        [
            (.host, Self.hostFormat.write(host)), (.port, Self.portFormat.write(port)),
            (.tls, Self.tlsFormat.write(tls)),
        ]
    }
}
