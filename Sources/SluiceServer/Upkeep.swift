internal import NIOCore
internal import SluiceLog
internal import Synchronization

/// What has to be done from time to time: the log's maintenance, and measuring how late the event loops are.
final class Upkeep: Sendable {
    private let tasks: [RepeatedTask]
    private let maintenance = Maintenance()

    /// One at a time, however long the log takes for it.
    private final class Maintenance: Sendable {
        private let isUnderWay = Atomic(false)

        func begin(on log: any EventLog) {
            guard !isUnderWay.exchange(true, ordering: .relaxed) else { return }
            log.maintain { self.isUnderWay.store(false, ordering: .relaxed) }
        }
    }

    init(log: any EventLog, metrics: GatewayMetrics, group: any EventLoopGroup) {
        let interval = TimeAmount.seconds(1)
        var tasks = [
            group.next().scheduleRepeatedTask(initialDelay: interval, delay: interval) { [maintenance] _ in
                maintenance.begin(on: log)
            }
        ]
        for eventLoop in group.makeIterator() {
            tasks.append(
                eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in
                    let asked = NIODeadline.now()
                    eventLoop.execute { metrics.recordLag(NIODeadline.now() - asked) }
                })
        }
        self.tasks = tasks
    }

    func stop() {
        for task in tasks { task.cancel() }
    }
}
