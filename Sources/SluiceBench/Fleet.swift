internal import NIOCore
internal import NIOPosix

/// Which of a plan's subscribers are in one process.
struct FleetOrder: Codable, Sendable {
    var plan: BenchmarkPlan
    /// The fleet's number, from 0 on, of how many.
    var number: Int
    var fleets: Int

    /// How many subscribers it has.
    var count: Int { (number..<plan.subscribing.count).count(by: fleets) }
}

/// Subscribers, in this process or in another one.
protocol Fleet: Sendable {
    func connect() async throws
    func counts() async throws -> Deliveries.Counts
    /// What has come so far is not measured.
    func begin() async throws
    /// Ends it.
    func results() async throws -> Deliveries
}

/// Subscribers in this process.
struct LocalFleet: Fleet {
    private let shares: [NIOLoopBound<FleetShare>]

    init(_ order: FleetOrder, group: MultiThreadedEventLoopGroup) async throws {
        let subscribing = order.plan.subscribing
        let connection = try ClientConnection(
            subscribing.url, authority: order.plan.authority, http2: subscribing.streams > 0,
            source: order.fleets > 1 ? order.number + 1 : 0)
        let eventLoops = Array(group.makeIterator())
        let step = order.fleets * eventLoops.count
        var shares: [NIOLoopBound<FleetShare>] = []
        for (index, eventLoop) in eventLoops.enumerated() {
            shares.append(
                try await eventLoop.submit {
                    NIOLoopBound(
                        FleetShare(
                            order.plan,
                            numbers: stride(
                                from: order.number + index * order.fleets, to: subscribing.count, by: step),
                            part: 1 / Double(step), connection: connection, eventLoop: eventLoop),
                        eventLoop: eventLoop)
                }.get())
        }
        self.shares = shares
    }

    func connect() async throws { _ = try await each { $0.connect() } }

    func counts() async throws -> Deliveries.Counts {
        try await each(\.deliveries.counts).reduce(into: Deliveries.Counts()) { $0.add($1) }
    }

    func begin() async throws { _ = try await each { $0.begin() } }

    func results() async throws -> Deliveries {
        try await each { share in
            share.close()
            return share.deliveries
        }.reduce(into: Deliveries()) { $0.add($1) }
    }

    private func each<Value: Sendable>(_ body: @escaping @Sendable (FleetShare) -> Value) async throws -> [Value] {
        var values: [Value] = []
        for share in shares {
            values.append(try await share.eventLoop.submit { body(share.value) }.get())
        }
        return values
    }
}

extension Range<Int> {
    func count(by step: Int) -> Int { isEmpty ? 0 : (count + step - 1) / step }
}
