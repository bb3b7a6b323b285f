package import SluiceLog
package import SluiceTopics

extension MemoryLogState {
    /// Appends all of the request's publications or none.
    ///
    /// What an append evicts is paid for by what was appended before it, so the work is bounded on average by the size
    /// of the request.
    package mutating func append(_ request: AppendRequest, at now: Timestamp) -> Result<Appended, AppendError> {
        if let key = request.idempotencyKey {
            switch keys.find(key, at: now) {
            case .stored(let positions): return .success(.repeated(positions))
            case .reused: return .failure(.keyReused)
            case .unused: break
            }
        }
        if let refusal = refusal(of: request.publications) { return .failure(refusal) }

        var events: [Event] = []
        events.reserveCapacity(request.publications.count)
        for publication in request.publications { events.append(store(publication, at: now)) }
        if let key = request.idempotencyKey {
            keys.store(key, positions: head - UInt64(events.count) + 1...head, at: now)
        }
        // Two for one keeps eviction by age ahead of any rate of publishing, however seldom `maintain` comes.
        _ = expireEvents(at: now, limit: 2 * events.count)
        _ = keys.expire(at: now, limit: 2)
        makeRoom(sparing: events[0].position, at: now)
        return .success(.stored(events))
    }

    private func refusal(of publications: [Publication]) -> AppendError? {
        var ended: Set<Topic> = []
        var counted: Set<Topic> = []
        var cost = 0
        for publication in publications {
            let topic = publication.topic
            let record = records[topic]
            if record?.endedAt != nil || (!ended.isEmpty && ended.contains(topic)) { return .topicEnded(topic) }
            if publication.endsTopic, publications.count > 1 { ended.insert(topic) }

            let maximum = (record?.limits ?? limits(for: topic)).maximumBytes
            if publication.dataBytes > maximum { return .tooLarge(maximumBytes: maximum) }
            cost += MemoryCost.event(type: publication.type, payload: publication.payload)
            if publications.count == 1 || counted.insert(topic).inserted { cost += MemoryCost.topic(topic) }
            if cost > largestAppend { return .tooLarge(maximumBytes: largestAppend) }
        }
        return nil
    }

    private mutating func store(_ publication: Publication, at now: Timestamp) -> Event {
        let record = records[publication.topic] ?? makeRecord(publication.topic, lostThrough: collectedThrough, at: now)
        head += 1
        // The record's topic, not the publication's, so that all events of a topic share one name in memory.
        let event = Event(
            position: head, topic: record.topic, type: publication.type, payload: publication.payload, time: now,
            isEnd: publication.endsTopic)
        add(event, to: record, at: now)
        return event
    }

    /// Takes in an event that another log has stored, behind all that is here.
    ///
    /// - Parameter start: the topic had lost nothing that lies behind this, as that log knows; nil when it may have had
    ///   any events before.
    package mutating func adopt(_ event: Event, completeBehind start: Position?, at now: Timestamp) {
        let record = records[event.topic] ?? makeRecord(event.topic, lostThrough: start ?? collectedThrough, at: now)
        head = event.position
        add(event, to: record, at: now)
        makeRoom(sparing: event.position, at: now)
    }

    private mutating func add(_ event: Event, to record: TopicRecord, at now: Timestamp) {
        if record.hasEvents {
            active.moveToEnd(record)
        } else {
            idle.remove(record)
            idleBytes -= MemoryCost.topic(record.topic)
            active.append(record)
        }
        let isOldest = !record.hasEvents
        record.append(event)
        live.insert(record, at: event.position)
        eventBytes += MemoryCost.event(event)
        if event.isEnd { record.endedAt = event.position }
        if isOldest { expiries.update(record) }
        evict(record.excess, of: record, at: now)
    }

    /// A new record, which stands among the idle ones until it has an event.
    private mutating func makeRecord(_ topic: Topic, lostThrough: Position, at now: Timestamp) -> TopicRecord {
        if records.count >= configuration.maximumTopics, let victim = idle.first ?? active.first {
            collect(victim, at: now)
        }
        let record = TopicRecord(
            topic: topic, limits: limits(for: topic), lostThrough: lostThrough, lastLoss: collectedLoss)
        record.emptySince = now
        records.insert(record)
        idle.append(record)
        topicBytes += MemoryCost.topic(topic)
        idleBytes += MemoryCost.topic(topic)
        return record
    }
}
