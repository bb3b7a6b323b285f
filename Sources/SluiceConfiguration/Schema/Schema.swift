internal import SluiceServer

/// Everything that gateway.json may hold, in the order in which it is written. Reading, the environment, messages,
/// writing and the tests of the documentation all follow from this table.
enum Schema {
    enum Item: Sendable {
        case setting(Setting)
        case objects(ObjectList)

        var path: String {
            switch self {
            case .setting(let setting): setting.path
            case .objects(let list): list.path
            }
        }
    }

    static let variablePrefix = "SLUICE_"

    /// Variables of the client commands, which may well be set where a gateway is started.
    static let clientVariables: Set<String> = ["SLUICE_URL", "SLUICE_KEY"]

    /// The one group that may be null: then nothing is said about anonymous access.
    static let anonymous = "access.anonymous"

    static let items: [Item] = general + tls + proxies + access + log + limits + wires + relay + operations

    static let itemsByPath = Dictionary(uniqueKeysWithValues: items.map { ($0.path, $0) })

    static let settings: [Setting] = items.compactMap { item in
        if case .setting(let setting) = item { setting } else { nil }
    }

    static let objectLists: [ObjectList] = items.compactMap { item in
        if case .objects(let list) = item { list } else { nil }
    }

    /// The first listener's values have variables although they are in a list: a container sets little else.
    static let listenSettings = [
        Setting("listen.host", GatewayConfiguration.Listener.hostFormat, \.gateway.firstListener.host),
        Setting("listen.port", GatewayConfiguration.Listener.portFormat, \.gateway.firstListener.port),
        Setting("listen.tls", GatewayConfiguration.Listener.tlsFormat, \.gateway.firstListener.tls),
    ]

    /// All that can be overridden by a variable.
    static let settingsByVariable = Dictionary(
        uniqueKeysWithValues: (listenSettings + settings).map { ($0.variable, $0) })

    /// The keys of each object, by its path; the outermost one's path is empty.
    static let keysByGroup: [String: [String]] = {
        var keys: [String: [String]] = [:]
        for item in items {
            var group = ""
            for key in item.path.split(separator: ".") {
                if keys[group]?.contains(String(key)) != true { keys[group, default: []].append(String(key)) }
                group = path(of: String(key), in: group)
            }
        }
        return keys
    }()

    static func path(of key: String, in group: String) -> String {
        group.isEmpty ? key : group + "." + key
    }
}
