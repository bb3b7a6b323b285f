package import SluiceTopics

extension SluiceClient {
    /// Subscribes to topics and patterns until they end, the task is cancelled, or the gateway refuses for good.
    ///
    /// - Parameters:
    ///   - selection: at least one.
    ///   - after: where to begin: the cursor of the last event that is known, `earliest` or `latest`; nil for
    ///     `latest`.
    package func subscribe(to selection: [Pattern], over wire: Wire, after: String? = nil) -> Updates {
        precondition(!selection.isEmpty, "a subscription selects something")
        // Once each: a session refuses to subscribe twice.
        let selection = selection.enumerated().filter { !selection[..<$0.offset].contains($0.element) }.map(\.element)
        return Updates(clock: clock) {
            switch wire {
            case .eventStream: EventStreamConnector(client: self, selection: selection, after: after)
            case .webSocket: SessionConnector(client: self, selection: selection, after: after)
            }
        }
    }
}
