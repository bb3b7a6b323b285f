package import NIOCore
package import SluiceLog
package import SluiceTopics

/// The topic bus: takes what the log appended to the subscribers of this process, on all of its event loops.
package final class TopicBus: Sendable {
    package struct Configuration: Sendable {
        /// The most events that are read from the log at once for one subscriber.
        package var pageEvents: Int
        /// The most bytes that are read from the log at once for one subscriber, give or take one event.
        package var pageBytes: Int
        package var drainBudget: DrainBudget
        package var compression: Compression

        package init(
            pageEvents: Int = 256, pageBytes: Int = 64 << 10, drainBudget: DrainBudget = DrainBudget(),
            compression: Compression = Compression()
        ) {
            self.pageEvents = pageEvents
            self.pageBytes = pageBytes
            self.drainBudget = drainBudget
            self.compression = compression
        }
    }

    /// How events are compressed for subscribers that want it.
    package struct Compression: Sendable {
        /// Events whose data is smaller are left as they are.
        package var minimumBytes = 1 << 10
        /// 1, the fastest, to 9, the smallest.
        package var level = 6

        package init() {}
    }

    package static let maximumEventLoops = Interest.maximumLoops

    package let log: any EventLog
    private let interest = Interest()
    private let lanes: [Lane]

    /// The way to one loop.
    private struct Lane: Sendable {
        let eventLoop: any EventLoop
        let inbox: Inbox
        let hub: NIOLoopBoundBox<Hub>
    }

    /// - Precondition: between 1 and `maximumEventLoops` event loops; the log has no sink yet.
    package init(log: any EventLog, eventLoops: [any EventLoop], configuration: Configuration = Configuration()) {
        precondition((1...Interest.maximumLoops).contains(eventLoops.count), "a bus has 1 to 64 event loops")
        self.log = log
        let interest = interest
        lanes = eventLoops.enumerated().map { number, eventLoop in
            let inbox = Inbox()
            let hub = Hub(
                number: number, eventLoop: eventLoop, log: log, inbox: inbox, interest: interest,
                configuration: configuration)
            return Lane(
                eventLoop: eventLoop, inbox: inbox,
                hub: NIOLoopBoundBox.makeBoxSendingValue(hub, eventLoop: eventLoop))
        }
        log.attach { [lanes] events in TopicBus.dispatch(events, to: lanes, interest: interest) }
    }

    /// The hub of the event loop that this is called on.
    package func hub(on eventLoop: any EventLoop) -> Hub {
        guard let lane = lanes.first(where: { $0.eventLoop === eventLoop }) else {
            preconditionFailure("the bus has a hub for each event loop that serves connections")
        }
        return lane.hub.value
    }

    /// Appends to the log. `completion` is called once, on any thread, and possibly before this returns.
    package func publish(
        _ request: AppendRequest, completion: @escaping @Sendable (Result<Receipt, AppendError>) -> Void
    ) {
        log.append(request, completion: completion)
    }

    /// Runs `body` with each hub, on its event loop.
    ///
    /// - Returns: the results in the order of the event loops.
    package func onEachHub<Value: Sendable>(_ body: @escaping @Sendable (Hub) -> Value) async throws -> [Value] {
        var values: [Value] = []
        for lane in lanes {
            let hub = lane.hub
            values.append(try await lane.eventLoop.submit { body(hub.value) }.get())
        }
        return values
    }

    /// Drains all hubs.
    ///
    /// - Returns: whether one of them has not come as far as `head` yet.
    package func laggingHub(behind head: Position) async -> Bool {
        let positions = try? await onEachHub { hub in
            hub.drain()
            return hub.position
        }
        return positions?.contains { $0 < head } ?? false
    }

    /// The log's sink.
    private static func dispatch(_ events: [Event], to lanes: [Lane], interest: Interest) {
        guard let last = events.last else { return }
        for event in events {
            var loops = interest.loops(for: event.topic)
            while loops != 0 {
                let lane = lanes[loops.trailingZeroBitCount]
                loops &= loops - 1
                guard lane.inbox.add(event) else { continue }
                let hub = lane.hub
                lane.eventLoop.execute { hub.value.turn() }
            }
        }
        for lane in lanes { lane.inbox.dispatched(through: last.position) }
    }
}
