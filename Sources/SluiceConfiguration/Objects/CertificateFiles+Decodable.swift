internal import SluiceConnection

extension CertificateFiles: ListedObject {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case chain, key
    }

    static var kind: String { "a certificate" }

    package init(from decoder: any Decoder) throws {
        let fields = try ObjectFields(decoder, by: CodingKeys.self)
        self.init(
            chain: try fields.required(.chain, .filePath), key: try fields.required(.key, .filePath))
    }

    var row: [(key: CodingKeys, value: Literal)] {
        [(.chain, Format.filePath.write(chain)), (.key, Format.filePath.write(key))]
    }
}
