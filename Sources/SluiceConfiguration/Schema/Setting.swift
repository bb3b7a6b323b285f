/// A single value of the configuration: where gateway.json has it, which variable overrides it, what it may be, and
/// which part of the gateway it configures.
struct Setting: Sendable {
    /// Keys from the outermost object inwards, joined by dots: `limits.bodyBytes`.
    let path: String
    /// What a value must be, as it follows "expected".
    let allowed: String
    /// Whether the variable's text is a list, with commas between its elements.
    let isList: Bool
    let read: @Sendable (Literal, inout LoadedConfiguration) throws(Refusal) -> Void
    let write: @Sendable (LoadedConfiguration) -> Literal

    init<Value>(
        _ path: String, _ format: Format<Value>, _ keyPath: any WritableKeyPath<LoadedConfiguration, Value> & Sendable
    ) {
        self.path = path
        allowed = format.allowed
        isList = format.isList
        read = { (literal, configuration) throws(Refusal) in
            configuration[keyPath: keyPath] = try format.read(literal)
        }
        write = { format.write($0[keyPath: keyPath]) }
    }

    /// The environment variable: the path in capitals, with an underscore for each dot and before each inner capital.
    var variable: String {
        var name = Schema.variablePrefix
        for character in path {
            if character.isUppercase { name += "_" }
            name += character == "." ? "_" : character.uppercased()
        }
        return name
    }
}
