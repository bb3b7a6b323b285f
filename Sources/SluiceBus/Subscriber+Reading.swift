internal import NIOCore
internal import SluiceLog
internal import SluiceTopics

/// A subscriber that is behind: its pages from the log, and what they tell the wire beside events.
extension Subscriber {
    /// Reads as long as there is something to read and room to write it. A turn is bounded; it goes on in the next.
    func pump() {
        guard !isPumping else { return }
        if hub.defers(self) { return }
        isPumping = true
        defer {
            isPumping = false
            hub.flushTouched()
        }
        for _ in 0..<Subscriber.pagesPerTurn {
            hub.drain()
            guard isWritable, !isClosed, let subscription = nextToStep() else { return }
            switch subscription.machine.step(hubPosition: hub.position) {
            case .read(let place):
                read(subscription, from: place)
                hub.flushTouched()
            case .goLive(let phase):
                if subscription !== main { merge(subscription) }
                if phase == .catchingUp { delegate.wentLive(subscription, at: hub.position) }
                sendAwayIfDone()
            case .awaitHub:
                // Another thread has stored the event and is about to hand it to the hub.
                return schedulePump(in: .milliseconds(1))
            case .none:
                return
            }
        }
        schedulePump(in: .zero)
    }

    private static let pagesPerTurn = 8

    /// What is live has one cursor; it comes before what still joins.
    private func nextToStep() -> Subscription? {
        switch main.machine.phase {
        case .catchingUp, .lagging: main
        case .live: joining.first
        case .ended: nil
        }
    }

    private func read(_ subscription: Subscription, from place: ReadPlace) {
        let request = ReadRequest(
            selection: subscription.selection, place: place, maximumEvents: hub.pageEvents,
            maximumBytes: hub.pageBytes)
        subscription.reads += 1
        let number = subscription.reads
        let bound = NIOLoopBound((self, subscription), eventLoop: hub.eventLoop)
        hub.log.read(request) { result in
            if bound.eventLoop.inEventLoop {
                let (subscriber, subscription) = bound.value
                subscriber.pageRead(result, number: number, from: place, for: subscription)
                subscriber.pump()
            } else {
                bound.eventLoop.execute {
                    let (subscriber, subscription) = bound.value
                    subscriber.pageRead(result, number: number, from: place, for: subscription)
                    subscriber.pump()
                }
            }
        }
    }

    private func pageRead(
        _ result: Result<Page, ReadError>, number: Int, from place: ReadPlace, for subscription: Subscription
    ) {
        guard !isClosed, subscription.machine.isReading, number == subscription.reads else { return }
        switch result {
        case .success(let page):
            tellGaps(of: page, from: place, in: subscription)
            subscription.requestedCursor = nil
            var position = place.position
            for event in page.events {
                guard !isClosed else { return }
                send(encodeReplayed(event, ref: subscription.ref))
                isIdle = false
                position = event.position
                if event.isEnd {
                    tellEnded(EndedTopic(topic: event.topic, position: position), at: position, in: subscription)
                }
            }
            hub.counts.replayed += page.events.count
            for topic in page.ended where !isClosed {
                tellEnded(topic, at: max(topic.position, position), in: subscription)
            }
            // What was told may have been the last word: then the subscription has ended with the connection.
            guard !isClosed else { return }
            subscription.machine.pageRead(next: page.next, head: page.head)
        case .failure(let error):
            delegate.failed(error)
        }
    }

    private func merge(_ subscription: Subscription) {
        joining.removeAll { $0 === subscription }
        hub.remove(subscription)
        main.add(subscription.selection, ended: subscription.ended)
        for pattern in subscription.selection { hub.add(main, for: pattern) }
    }

    func schedulePump(in delay: TimeAmount) {
        let bound = NIOLoopBound(self, eventLoop: hub.eventLoop)
        hub.eventLoop.scheduleTask(in: delay) { bound.value.pump() }
    }

    // MARK: Telling the wire

    private func tellGaps(of page: Page, from place: ReadPlace, in subscription: Subscription) {
        let missed = MissedEvents(
            page, behind: place, requested: subscription.requestedCursor, epoch: hub.log.epoch)
        guard let missed else { return }
        hub.counts.gaps += 1
        delegate.missed(missed, in: subscription)
    }

    /// - Parameter position: how far the subscription has been served; never behind the topic's end.
    func tellEnded(_ topic: EndedTopic, at position: Position, in subscription: Subscription) {
        guard subscription.ended.insert(topic.topic).inserted else { return }
        delegate.ended(topic, at: position, in: subscription)
    }
}
