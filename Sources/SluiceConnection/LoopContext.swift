package import NIOCore
package import SluiceBus
internal import SluiceTopics
package import SluiceWire

/// What the connections of one event loop share.
package final class LoopContext {
    package let eventLoop: any EventLoop
    package let core: ConnectionCore
    package let hub: Hub
    /// Expands what clients have compressed; nothing is kept in it from one use to the next.
    package private(set) lazy var inflater = Inflater()
    /// Connections and requests that speak HTTP: what became a stream or a session is the hub's.
    private var connections: [ObjectIdentifier: any Drainable] = [:]
    /// What flushes when all that had something to read now have been read.
    private var reading: [HTTP1Connection] = []
    private var date = ""
    private var dateSecond: Int64 = .min

    init(eventLoop: any EventLoop, core: ConnectionCore, hub: Hub) {
        self.eventLoop = eventLoop
        self.core = core
        self.hub = hub
    }

    func add(_ connection: some Drainable) {
        connections[ObjectIdentifier(connection)] = connection
    }

    func remove(_ connection: some Drainable) {
        connections[ObjectIdentifier(connection)] = nil
    }

    /// Has a connection that is being read flushed when this turn of the event loop has read all of them.
    ///
    /// The way in and the way out are a lot of code each: a processor that goes to and fro between them for every
    /// request fetches both again each time, and is busy with that for half of its time.
    func flushAfterReads(_ connection: HTTP1Connection) {
        reading.append(connection)
        guard reading.count == 1 else { return }
        eventLoop.assumeIsolated().execute {
            // A flush can have further ones join.
            var index = 0
            while index < self.reading.count {
                self.reading[index].flush()
                index += 1
            }
            self.reading.removeAll(keepingCapacity: true)
        }
    }

    func drainConnections() {
        for connection in connections.values { connection.drain() }
    }

    /// The value of the `Date` field (RFC 9110 § 6.6.1), made anew once a second.
    func httpDate() -> String {
        let second = core.now().milliseconds / 1000
        if second != dateSecond {
            dateSecond = second
            date = HTTPDate.format(secondsSinceEpoch: second)
        }
        return date
    }
}

/// What is told when the gateway begins to drain, and again until it is gone.
protocol Drainable: AnyObject {
    func drain()
}

@available(*, unavailable)
extension LoopContext: Sendable {}
