internal import SluiceAccess

extension AccessKey: ListedObject {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case name, sha256, publish, subscribe
    }

    static var kind: String { "a key" }

    package init(from decoder: any Decoder) throws {
        let fields = try ObjectFields(decoder, by: CodingKeys.self)
        self.init(
            name: try fields.required(.name, .keyName),
            digest: try fields.required(.sha256, .hiddenDigest),
            permissions: Permissions(
                publish: try fields.optional(.publish, .patterns) ?? [],
                subscribe: try fields.optional(.subscribe, .patterns) ?? []))
    }

    var row: [(key: CodingKeys, value: Literal)] {
        [
            (.name, Format.keyName.write(name)), (.sha256, Format.hiddenDigest.write(digest)),
            (.publish, Format.patterns.write(permissions.publish)),
            (.subscribe, Format.patterns.write(permissions.subscribe)),
        ]
    }
}
