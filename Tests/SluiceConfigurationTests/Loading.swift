@testable import SluiceConfiguration

/// Loads a text as if it were the file `gateway.json`.
func load(
    _ json: String, environment: [String: String] = [:]
) throws(ConfigurationError) -> LoadedConfiguration {
    try ConfigurationLoader.load(SourceText(name: "gateway.json", bytes: Array(json.utf8)), environment: environment)
}

/// The problems of a text and an environment, as they are told.
func problems(_ json: String, environment: [String: String] = [:]) -> [String] {
    do {
        _ = try load(json, environment: environment)
        return []
    } catch {
        return error.problems.map(\.description)
    }
}

/// A file that has nothing but one value at a path.
func document(_ path: String, _ json: String) -> String {
    path.split(separator: ".").reversed().reduce(json) { "{\"\($1)\": \($0)}" }
}
