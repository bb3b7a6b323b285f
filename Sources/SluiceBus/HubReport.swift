/// What a hub did since it was last asked, and who is on it now.
package struct HubReport: Sendable {
    /// Subscribers that are alike.
    package struct Group: Hashable, Sendable, CaseIterable {
        package let format: DeliveryFormat
        package let phase: SubscriptionMachine.Phase

        package static let allCases = DeliveryFormat.allCases.flatMap { format in
            [.catchingUp, .live, .lagging].map { Group(format: format, phase: $0) }
        }
    }

    package let counts: DeliveryCounts
    package let census: [Group: Int]
}

extension Hub {
    package func report() -> HubReport {
        defer { counts = DeliveryCounts() }
        let census = allSubscribers.reduce(into: [:]) { census, subscriber in
            census[HubReport.Group(format: subscriber.format, phase: subscriber.phase), default: 0] += 1
        }
        return HubReport(counts: counts, census: census)
    }
}

extension DeliveryFormat {
    /// The format as a metric's label.
    package var name: String {
        switch self {
        case .eventStreamRaw: "sse-raw"
        case .eventStreamJSON: "sse-json"
        case .webSocketRaw: "websocket-raw"
        case .webSocketJSON: "websocket-json"
        case .eventStreamBlocks: "sse-blocks"
        case .eventStreamVerbatim: "sse-verbatim"
        case .eventStreamText: "sse-text"
        case .eventStreamDeltas: "sse-deltas"
        case .webSocketText: "websocket-text"
        case .webSocketDeltas: "websocket-deltas"
        }
    }
}
