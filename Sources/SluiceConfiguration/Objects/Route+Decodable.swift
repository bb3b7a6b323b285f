internal import SluiceServer

extension GatewayConfiguration.Route: ListedObject {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case path, topic
    }

    static var kind: String { "a route" }

    package init(from decoder: any Decoder) throws {
        let fields = try ObjectFields(decoder, by: CodingKeys.self)
        self.init(path: try fields.required(.path, .routePath), topic: try fields.required(.topic, .topic))
    }

    var row: [(key: CodingKeys, value: Literal)] {
        [(.path, Format.routePath.write(path)), (.topic, Format.topic.write(topic))]
    }
}
