internal import Configuration

extension ConfigurationReading {
    /// Overrides settings with the variables that are theirs.
    mutating func readEnvironment(_ environment: [String: String]) {
        let variables = environment.filter { $0.key.hasPrefix(Schema.variablePrefix) }
        let reader = ConfigReader(provider: EnvironmentVariablesProvider(environmentVariables: variables))
            .scoped(to: "sluice")
        for setting in Schema.listenSettings + Schema.settings {
            guard let literal = reader.literal(of: setting) else { continue }
            set(setting, to: literal, subject: setting.variable) { _ in nil }
        }
        for name in variables.keys.sorted() where !Schema.clientVariables.contains(name) {
            if Schema.settingsByVariable[name] == nil { reportUnknown(variable: name) }
        }
    }

    private mutating func reportUnknown(variable name: String) {
        let advice: String
        if let nearest = nearestName(to: name, among: Schema.settingsByVariable.keys.sorted()) {
            advice = "did you mean \(nearest)?"
        } else if ["SLUICE_SERVICE_", "SLUICE_PORT"].contains(where: name.hasPrefix) {
            advice = "Kubernetes sets it for a service that is named 'sluice', unless enableServiceLinks is false"
        } else {
            advice = "a variable is named after a key, such as SLUICE_LIMITS_BODY_BYTES after limits.bodyBytes"
        }
        report(.unknownVariable, at: nil, name, "unknown variable; \(advice)")
    }
}

extension ConfigReader {
    fileprivate func literal(of setting: Setting) -> Literal? {
        guard setting.isList else { return string(forKey: ConfigKey(setting.path)).map(Literal.init(variable:)) }
        // An empty text is an empty list, not one with an empty element.
        return stringArray(forKey: ConfigKey(setting.path)).map { .list($0.filter { !$0.isEmpty }.map(Literal.string)) }
    }
}
