package import SluiceTopics

/// What someone may do, as patterns of topics.
package struct Permissions: Hashable, Sendable {
    package var publish: [Pattern]
    package var subscribe: [Pattern]

    package init(publish: [Pattern], subscribe: [Pattern]) {
        self.publish = publish
        self.subscribe = subscribe
    }

    package static let none = Permissions(publish: [], subscribe: [])

    /// Whether publishing to the topic is granted. Names that begin with `$` are never published to by clients.
    package func mayPublish(to topic: Topic) -> Bool {
        !topic.isReserved && publish.contains { $0.matches(topic) }
    }

    /// Whether one granted pattern covers all that `pattern` could ever match. A subscription is refused or granted
    /// whole; it is never narrowed in silence.
    package func maySubscribe(to pattern: Pattern) -> Bool {
        subscribe.contains { $0.contains(pattern) }
    }
}

/// Who makes a request, once that has been found out.
package struct Principal: Hashable, Sendable {
    /// The name of the key, or `anonymous`. Safe to log.
    package let name: String
    package let permissions: Permissions

    package init(name: String, permissions: Permissions) {
        self.name = name
        self.permissions = permissions
    }

    /// Whether it brought no credentials.
    package var isAnonymous: Bool { name == Self.anonymousName }

    private static let anonymousName = "anonymous"

    /// Whoever brings no credentials.
    package static func anonymous(_ permissions: Permissions) -> Principal {
        Principal(name: anonymousName, permissions: permissions)
    }
}
