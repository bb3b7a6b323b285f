/// A part of the configuration that gateway.json has as an object in a list.
protocol ListedObject: Decodable, Sendable {
    associatedtype CodingKeys: CodingKey & CaseIterable & RawRepresentable<String>

    /// What it is called in messages: `a listener`.
    static var kind: String { get }

    /// Every field as it is written.
    var row: [(key: CodingKeys, value: Literal)] { get }
}
