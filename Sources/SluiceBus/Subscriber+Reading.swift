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
            // Who left everything in the midst of a drain was still a member for the rest of it.
            if main.selection.isEmpty { main.machine.becameEmpty(at: hub.position) }
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
                return hub.readSoon(self)
            case .none:
                return
            }
        }
        hub.readLater(self)
    }

    private static let pagesPerTurn = 4

    /// What is live has one cursor; it comes before what still joins.
    private func nextToStep() -> Subscription? {
        switch main.machine.phase {
        case .catchingUp, .lagging: main
        case .live: joining.first
        case .ended: nil
        }
    }

    private func read(_ subscription: Subscription, from place: ReadPlace) {
        if let page = sharedPage(at: place, for: subscription) {
            // There may be more by now than when it was read.
            return take(page, head: hub.log.head, for: subscription)
        }
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
            if let shared = sharedPage(at: place, for: subscription) ?? share(page, from: place, for: subscription) {
                return take(shared, head: page.head, for: subscription)
            }
            tellGaps(of: page, from: place, in: subscription)
            subscription.requestedCursor = nil
            var position = place.position
            if format.mergesReplayed { write(format.encodeMerged(page.events, epoch: hub.log.epoch)) }
            for event in page.events {
                guard !isClosed else { return }
                if !format.mergesReplayed { send(encodeReplayed(event, ref: subscription.ref)) }
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

    // MARK: Sharing what is read

    /// Nil when nobody else could get the same bytes.
    private func sharedKey(_ subscription: Subscription, _ place: ReadPlace) -> SharedPage.Key? {
        guard coding == .identity, subscription.ref == nil else { return nil }
        return SharedPage.Key(place: place, format: format, selection: subscription.selection)
    }

    private func sharedPage(at place: ReadPlace, for subscription: Subscription) -> SharedPage? {
        guard let key = sharedKey(subscription, place), let page = hub.pages[key],
            hub.eventLoop.now - page.readAt < SharedPage.maximumAge
        else { return nil }
        return page
    }

    /// The page for everyone who comes to the same place; nil when there is more to it than events.
    private func share(_ page: Page, from place: ReadPlace, for subscription: Subscription) -> SharedPage? {
        guard let key = sharedKey(subscription, place), !page.events.isEmpty, page.gaps.isEmpty, page.ended.isEmpty,
            !page.events.contains(where: \.isEnd)
        else { return nil }
        var bytes = ByteBuffer()
        if format.mergesReplayed {
            bytes = format.encodeMerged(page.events, epoch: hub.log.epoch)
        } else {
            for event in page.events { bytes.writeImmutableBuffer(encodeReplayed(event, ref: nil)) }
        }
        let shared = SharedPage(
            next: page.next, events: page.events.count, bytes: bytes, readAt: hub.eventLoop.now)
        hub.pages.insert(shared, bytes: bytes.readableBytes, for: key)
        return shared
    }

    private func take(_ page: SharedPage, head: Position, for subscription: Subscription) {
        subscription.requestedCursor = nil
        isIdle = false
        hub.counts.replayed += page.events
        send(page.bytes)
        subscription.machine.pageRead(next: page.next, head: max(head, page.next.position))
    }

    private func merge(_ subscription: Subscription) {
        joining.removeAll { $0 === subscription }
        hub.remove(subscription)
        main.add(subscription.selection, ended: subscription.ended)
        for pattern in subscription.selection { hub.add(main, for: pattern) }
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
