package import SluiceTopics

/// Waits for the next event of a selection: what a long-poll does between two looks at the log.
package final class Watch {
    let selection: [Pattern]
    private var fire: (() -> Void)?

    init(_ selection: [Pattern], fire: @escaping () -> Void) {
        self.selection = selection
        self.fire = fire
    }

    func notice() {
        let fire = fire
        self.fire = nil
        fire?()
    }

    func cancel() { fire = nil }
}

@available(*, unavailable)
extension Watch: Sendable {}

extension Hub {
    /// Calls `body` once, after an event of the selection has come, until `end` is called. What came before is in
    /// the log: watch first, then read.
    package func watch(_ selection: [Pattern], _ body: @escaping () -> Void) -> Watch {
        let watch = Watch(selection, fire: body)
        watches[ObjectIdentifier(watch)] = watch
        for pattern in selection { members(of: pattern).watches[ObjectIdentifier(watch)] = watch }
        return watch
    }

    package func end(_ watch: Watch) {
        watch.cancel()
        watches[ObjectIdentifier(watch)] = nil
        for pattern in watch.selection {
            guard let members = knownMembers(of: pattern) else { continue }
            members.watches[ObjectIdentifier(watch)] = nil
            forget(pattern, ifEmpty: members)
        }
    }
}
