internal import SluiceLog
internal import SluiceMemoryLog

extension RetentionRule: ListedObject {
    private static let eventsFormat = Format<Int?>.optional(.count(0...1_000_000_000))
    private static let bytesFormat = Format<Int?>.optional(.size(0 ... .gibibytes(1024)))
    private static let ageFormat = Format<Duration?>.optional(.time(.seconds(1) ... .days(3650)))
    private static let durabilityFormat = Format<Durability>.name

    enum CodingKeys: String, CodingKey, CaseIterable {
        case topics, events, bytes, age, durability
    }

    static var kind: String { "a rule" }

    package init(from decoder: any Decoder) throws {
        let fields = try ObjectFields(decoder, by: CodingKeys.self)
        self.init(
            pattern: try fields.required(.topics, .pattern),
            maximumEvents: try fields.optional(.events, Self.eventsFormat) ?? nil,
            maximumBytes: try fields.optional(.bytes, Self.bytesFormat) ?? nil,
            maximumAge: try fields.optional(.age, Self.ageFormat) ?? nil,
            durability: try fields.optional(.durability, Self.durabilityFormat) ?? .disk)
    }

    var row: [(key: CodingKeys, value: Literal)] {
        [
            (.topics, Format.pattern.write(pattern)), (.events, Self.eventsFormat.write(maximumEvents)),
            (.bytes, Self.bytesFormat.write(maximumBytes)), (.age, Self.ageFormat.write(maximumAge)),
            (.durability, Self.durabilityFormat.write(durability)),
        ]
    }
}
