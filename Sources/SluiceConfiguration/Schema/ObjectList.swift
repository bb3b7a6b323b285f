#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// A list of objects in gateway.json. No variable overrides it.
struct ObjectList: Sendable {
    let path: String
    /// What an element is called: `a listener`.
    let kind: String
    /// The keys of each object.
    let keys: [String]
    let mayBeEmpty: Bool
    /// Takes the JSON of the elements. Returns those that are wrong, by their index, and why.
    let read: @Sendable ([ArraySlice<UInt8>], inout LoadedConfiguration) -> [(index: Int, problem: any Error)]
    let write: @Sendable (LoadedConfiguration) -> JSONText

    init<Element: ListedObject>(
        _ path: String, mayBeEmpty: Bool = true,
        _ keyPath: any WritableKeyPath<LoadedConfiguration, [Element]> & Sendable
    ) {
        self.path = path
        self.mayBeEmpty = mayBeEmpty
        kind = Element.kind
        keys = Element.CodingKeys.allCases.map(\.rawValue)
        read = { texts, configuration in
            let decoder = JSONDecoder()
            var elements: [Element] = []
            var problems: [(index: Int, problem: any Error)] = []
            for (index, text) in texts.enumerated() {
                do {
                    elements.append(try decoder.decode(Element.self, from: Data(text)))
                } catch {
                    problems.append((index, error))
                }
            }
            configuration[keyPath: keyPath] = elements
            return problems
        }
        write = { configuration in
            .list(configuration[keyPath: keyPath].map { .row($0.row.map { ($0.key.rawValue, $0.value) }) })
        }
    }
}
