internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import SluiceClient

/// All publishers of a benchmark, connected.
struct Publishers: Sendable {
    private let plan: BenchmarkPlan
    private let publishers: [NIOLoopBound<BenchmarkPublisher>]

    static func connect(_ plan: BenchmarkPlan, group: MultiThreadedEventLoopGroup) async throws -> Publishers {
        let connection = try ClientConnection(plan.publishing.url, authority: plan.authority)
        var publishers: [NIOLoopBound<BenchmarkPublisher>] = []
        for number in 0..<plan.publishing.publishers {
            let eventLoop = group.next()
            let publisher = try await eventLoop.submit {
                NIOLoopBound(
                    BenchmarkPublisher(plan, number: number, connection: connection), eventLoop: eventLoop)
            }.get()
            do {
                _ = try await connection.open(on: eventLoop) { channel in
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    try channel.pipeline.syncOperations.addHandler(publisher.value)
                }.get()
            } catch {
                throw BenchmarkError("\(plan.publishing.url) cannot be published to: \(ConnectionFault(error))")
            }
            publishers.append(publisher)
        }
        return Publishers(plan: plan, publishers: publishers)
    }

    /// Events that are not measured, to each topic.
    func warmUp() async throws {
        try await publish(isWarmUp: true) { number in
            PublishingPace(events: number == 0 ? plan.warmUp * plan.topics : 0, inFlight: plan.publishing.inFlight)
        }
    }

    /// The events of the plan.
    func publish() async throws {
        let publishing = plan.publishing
        let interval = publishing.rate.map { 1e9 * Double(publishers.count) / $0 }
        let start = MonotonicClock.nanoseconds + 1_000_000
        try await publish(isWarmUp: false) { number in
            let share = (number..<publishing.events).count(by: publishers.count)
            return PublishingPace(
                events: share, inFlight: publishing.inFlight,
                schedule: interval.map { interval in
                    (start + UInt64(interval * Double(number) / Double(publishers.count)), interval)
                })
        }
    }

    private func publish(isWarmUp: Bool, _ pace: @Sendable (Int) -> PublishingPace) async throws {
        var futures: [EventLoopFuture<Void>] = []
        for (number, publisher) in publishers.enumerated() {
            let eventLoop = publisher.eventLoop
            let pace = pace(number)
            futures.append(
                eventLoop.flatSubmit { publisher.value.publish(pace, isWarmUp: isWarmUp, on: eventLoop) })
        }
        for future in futures { try await future.get() }
    }

    func results() async throws -> Published {
        var results = Published()
        for publisher in publishers {
            results.add(try await publisher.eventLoop.submit { publisher.value.results }.get())
        }
        return results
    }
}
