internal import Glibc
internal import NIOCore
internal import NIOPosix

/// Subscribers and publishers against a server, and what both it and they made of it.
package struct Benchmark: Sendable {
    private let plan: BenchmarkPlan
    private let server: ObservedProcess?
    private let fleetArguments: [String]
    private let progress: @Sendable (String) -> Void

    /// - Parameters:
    ///   - server: the id of the server's process, if it is on this machine.
    ///   - fleetArguments: with which this program calls `serveFleet`.
    ///   - progress: told every second what is going on.
    /// - Throws: `BenchmarkError` when that cannot be done.
    package init(
        _ plan: BenchmarkPlan, server: Int? = nil, fleetArguments: [String] = [],
        progress: @escaping @Sendable (String) -> Void = { _ in }
    ) throws(BenchmarkError) {
        if let problem = plan.problem { throw BenchmarkError(problem) }
        self.plan = plan
        self.server = try server.map { identifier throws(BenchmarkError) in try ObservedProcess(identifier) }
        self.fleetArguments = fleetArguments
        self.progress = progress
    }

    /// Is a helper of a benchmark that needs more descriptors than one process may have.
    package static func serveFleet() async throws { try await FleetProcess.serve() }

    package func run() async throws -> BenchmarkReport {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: plan.eventLoops)
        do {
            let fleets = try await makeFleets(group)
            let report: BenchmarkReport
            do {
                report = try await run(fleets, group)
            } catch {
                for fleet in fleets { _ = try? await fleet.results() }
                throw error
            }
            try await group.shutdownGracefully()
            return report
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
    }

    private func run(_ fleets: [any Fleet], _ group: MultiThreadedEventLoopGroup) async throws -> BenchmarkReport {
        let before = Measure(server)
        let began = ContinuousClock.now
        for fleet in fleets { try await fleet.connect() }
        let connected = try await wait(fleets, for: "connected") { counts in
            (counts.connected + counts.failed, counts.connected + counts.failed >= plan.subscribing.count)
        }
        let connecting = began.duration(to: .now).seconds
        try await Task.sleep(for: .seconds(plan.settling))
        let idle = Measure(server)

        var report = BenchmarkReport(
            subscribers: .init(
                wanted: plan.subscribing.count, connected: connected.connected, failed: 0, lost: 0, reconnected: 0,
                seconds: connecting, perSecond: Double(connected.connected) / connecting),
            clientCPUSeconds: 0)
        var published: Published?
        var start = idle
        if plan.publishing.events > 0 {
            let publishers = try await Publishers.connect(plan, group: group)
            try await publishers.warmUp()
            _ = try await wait(fleets, for: "events of the warm-up") { counts in
                (counts.warmUps, counts.warmUps >= plan.warmUp * counts.ofTopic.reduce(0, +))
            }
            for fleet in fleets { try await fleet.begin() }
            start = Measure(server)
            let (publishes, seconds) = try await publish(publishers, fleets)
            published = publishes
            report.published = .init(
                wanted: plan.publishing.events, accepted: publishes.accepted, refused: publishes.refused,
                firstRefusal: publishes.firstRefusal, seconds: seconds,
                perSecond: Double(publishes.accepted) / seconds, latency: publishes.latency.summary)
        }
        let ofTopic = try await counts(fleets).ofTopic
        func audience(of events: [Int]?) -> Int { zip(events ?? [], ofTopic).reduce(0) { $0 + $1.0 * $1.1 } }
        let expected = audience(of: published?.ofTopic)
        // Their numbers are left out, and rightly so.
        let refused = audience(of: published?.refusedOfTopic)
        let beginning = start
        let seconds = try await deliver(fleets, expected: expected, since: beginning)
        let end = Measure(server)
        var deliveries = Deliveries()
        for fleet in fleets { deliveries.add(try await fleet.results()) }

        report.subscribers.failed = deliveries.counts.failed
        report.subscribers.lost = deliveries.counts.lost
        report.subscribers.reconnected = deliveries.counts.reconnected
        report.subscribers.firstFailure = deliveries.counts.firstFailure
        report.subscribers.handshake = deliveries.handshake.summary
        report.clientCPUSeconds = end.client - start.client
        let count = deliveries.counts.delivered
        if published != nil {
            report.delivered = .init(
                expected: plan.subscribing.churn > 0 ? nil : expected, count: count,
                missed: max(0, deliveries.missed - refused),
                late: deliveries.late, duplicates: deliveries.duplicates, seconds: seconds,
                perSecond: Double(count) / seconds, bytesEach: Double(deliveries.bytes) / Double(max(1, count)),
                latency: deliveries.latency.summary, toSlowReaders: deliveries.slowDelivered)
        }
        if server != nil {
            let subscribers = connected.connected > 0 ? Double(connected.connected) : nil
            let cpu = end.server - start.server
            report.server = .init(
                cpuPerConnection: subscribers.map { (idle.server - before.server) * 1e6 / $0 },
                cpuPerDelivery: count > 0 ? cpu * 1e6 / Double(count) : nil,
                cpuPerPublish: published.map { cpu * 1e6 / Double(max(1, $0.accepted)) }, cpuSeconds: cpu,
                bytesBefore: before.bytes, bytesIdle: idle.bytes, bytesAfter: end.bytes,
                bytesPerSubscriber: subscribers.map { Double(idle.bytes - before.bytes) / $0 })
        }
        return report
    }

    // MARK: Phases

    private func makeFleets(_ group: MultiThreadedEventLoopGroup) async throws -> [any Fleet] {
        let descriptors = Self.raiseDescriptorLimit() - 64 - plan.publishing.publishers
        let connections = plan.subscribing.count / max(1, plan.subscribing.streams)
        let count = max(1, (connections + descriptors - 1) / max(1, descriptors))
        let orders = (0..<count).map { FleetOrder(plan: plan, number: $0, fleets: count) }
        if count == 1 { return [try await LocalFleet(orders[0], group: group)] }
        return try orders.map { try FleetProcess($0, arguments: fleetArguments) }
    }

    private static func raiseDescriptorLimit() -> Int {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        getrlimit(resource, &limit)
        limit.rlim_cur = limit.rlim_max
        setrlimit(resource, &limit)
        getrlimit(resource, &limit)
        return Int(clamping: limit.rlim_cur)
    }

    private func publish(_ publishers: Publishers, _ fleets: [any Fleet]) async throws -> (Published, seconds: Double) {
        let began = ContinuousClock.now
        let telling = Task {
            while true {
                try await Task.sleep(for: .seconds(1))
                let published = try await publishers.results()
                progress(
                    "\(published.accepted) of \(plan.publishing.events) published, "
                        + "\(try await counts(fleets).delivered) deliveries")
            }
        }
        defer { telling.cancel() }
        try await publishers.publish()
        let seconds = began.duration(to: .now).seconds
        return (try await publishers.results(), seconds)
    }

    /// Waits until everything has come, or nothing does any more.
    ///
    /// - Returns: how long it took from the first event on, in seconds.
    private func deliver(_ fleets: [any Fleet], expected: Int, since start: Measure) async throws -> Double {
        if plan.subscribing.churn > 0 {
            try await Task.sleep(for: .seconds(1))
        } else {
            _ = try await wait(fleets, for: "delivered", of: expected) { counts in
                (counts.delivered, counts.delivered >= expected)
            }
        }
        return start.time.duration(to: .now).seconds
    }

    /// - Parameter condition: how far it is, and whether that is all.
    private func wait(
        _ fleets: [any Fleet], for what: String, of total: Int? = nil,
        until condition: (Deliveries.Counts) -> (Int, Bool)
    ) async throws -> Deliveries.Counts {
        var last = (progress: -1, time: ContinuousClock.now)
        var told = ContinuousClock.now
        while true {
            let counts = try await counts(fleets)
            let (value, isDone) = condition(counts)
            let now = ContinuousClock.now
            if value != last.progress { last = (value, now) }
            if isDone || last.time.duration(to: now) > .seconds(plan.patience) { return counts }
            if told.duration(to: now) > .seconds(1) {
                told = now
                progress("\(value)\(total.map { " of \($0)" } ?? "") \(what)")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    private func counts(_ fleets: [any Fleet]) async throws -> Deliveries.Counts {
        var counts = Deliveries.Counts()
        for fleet in fleets { counts.add(try await fleet.counts()) }
        return counts
    }

    /// What there was at one moment.
    private struct Measure {
        let time = ContinuousClock.now
        /// CPU time, in seconds.
        let server: Double
        let client: Double
        let bytes: Int

        init(_ process: ObservedProcess?) {
            server = Double(process?.cpuNanoseconds ?? 0) / 1e9
            bytes = process?.anonymousBytes ?? 0
            client = Double((try? ObservedProcess(Int(getpid())))?.cpuNanoseconds ?? 0) / 1e9
        }
    }
}

extension BenchmarkPlan {
    /// What is wrong with it, as a sentence.
    fileprivate var problem: String? {
        if subscribing.count < 0 || publishing.events < 0 || topics < 1 || eventLoops < 1 {
            return "counts are not negative, and there is at least one topic and one event loop"
        }
        if !(1...65_536).contains(publishing.publishers) { return "there are 1 to 65536 publishers" }
        if publishing.inFlight < 1 || subscribing.window < 1 { return "at least one request is under way at a time" }
        if publishing.events > 0, publishing.bytes < EventMark.length {
            return "an event has at least \(EventMark.length) bytes"
        }
        if publishing.events > 0, !publishing.body.contains("{data}") { return "the body has no '{data}'" }
        if let rate = publishing.rate, !(rate > 0) { return "the rate is above 0" }
        if subscribing.streams > 0, subscribing.wire != .eventStream {
            return "over HTTP/2 there are event streams only"
        }
        if subscribing.streams > 0, subscribing.slow > 0 || subscribing.churn > 0 {
            return "slow readers and replaced connections are of HTTP/1.1"
        }
        return nil
    }
}

extension Duration {
    fileprivate var seconds: Double { self / .seconds(1) }
}
