internal import NIOCore
internal import SluiceLog

/// What has to be done from time to time: the log's maintenance, and measuring how late the event loops are.
final class Upkeep: Sendable {
    private let tasks: [RepeatedTask]

    init(log: any EventLog, metrics: GatewayMetrics, group: any EventLoopGroup) {
        let interval = TimeAmount.seconds(1)
        var tasks = [
            group.next().scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in log.maintain {} }
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
