package import SluiceAccess
package import SluiceTopics

extension Exchange {
    /// - Throws: 401 for wrong or missing credentials, 403 when a pattern is not covered by a granted one.
    package func authoriseSubscribing(to selection: [Pattern]) throws(Problem) {
        try principal.get().authoriseSubscribing(to: selection)
    }

    /// - Throws: 401 for wrong or missing credentials, 403 when the topic is not granted.
    package func authorisePublishing(to topic: Topic) throws(Problem) {
        try principal.get().authorisePublishing(to: topic)
    }
}

extension Principal {
    package func authoriseSubscribing(to selection: [Pattern]) throws(Problem) {
        for pattern in selection where !permissions.maySubscribe(to: pattern) {
            throw refusal("subscribe to \(pattern)")
        }
    }

    package func authorisePublishing(to topic: Topic) throws(Problem) {
        guard !permissions.mayPublish(to: topic) else { return }
        throw topic.isReserved
            ? .forbidden("topics that begin with '$' are the gateway's own; nobody publishes to them")
            : refusal("publish to \(topic)")
    }

    private func refusal(_ deed: String) -> Problem {
        isAnonymous
            ? .unauthorised("without a key nobody may \(deed) here") : .forbidden("'\(name)' may not \(deed)")
    }
}
