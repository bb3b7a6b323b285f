package import NIOCore

extension Hub {
    /// Tells every subscriber that it should go, in batches over a span of time; one that has not read everything
    /// yet is told when it has.
    package func sendAway(over span: TimeAmount) {
        eventLoop.assertInEventLoop()
        let step = TimeAmount.milliseconds(50)
        let leaving = allSubscribers
        let batches = max(1, Int(span.nanoseconds / step.nanoseconds))
        let size = max(1, (leaving.count + batches - 1) / batches)
        for (number, start) in stride(from: 0, to: leaving.count, by: size).enumerated() {
            let batch = NIOLoopBound(Array(leaving[start..<min(start + size, leaving.count)]), eventLoop: eventLoop)
            eventLoop.scheduleTask(in: step * number) {
                for subscriber in batch.value { subscriber.sendAway() }
            }
        }
    }
}
