internal import SluiceServer

extension LoadedConfiguration {
    /// The whole configuration as gateway.json would have it: every key with its value. The digests of keys are
    /// hidden as `…`; apart from those, loading it gives the same configuration.
    package func rendered() -> String {
        var document = JSONText.group([])
        for item in Schema.items {
            let path = item.path.split(separator: ".")
            switch item {
            case .setting(let setting):
                let isUnsaid = gateway.access.anonymous == nil && setting.path.hasPrefix(Schema.anonymous + ".")
                if isUnsaid {
                    document.insert(.literal(.null), at: path.dropLast())
                } else {
                    document.insert(.literal(setting.write(self)), at: path)
                }
            case .objects(let list):
                document.insert(list.write(self), at: path)
            }
        }
        return document.text() + "\n"
    }
}
