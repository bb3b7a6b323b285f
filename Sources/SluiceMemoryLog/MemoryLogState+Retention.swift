internal import DequeModule
internal import SluiceLog
package import SluiceTopics

extension MemoryLogState {
    /// Takes the oldest `count` events of a topic out of the log.
    mutating func evict(_ count: Int, of record: TopicRecord, at now: Timestamp) {
        guard count > 0 else { return }
        if record.hasLoss {
            lossesByPosition.remove(record.evictedThrough)
            lossesByAge.remove(record)
        }
        for _ in 0..<count {
            losses += 1
            let event = record.evictOldest(loss: losses)
            live.remove(event.position)
            eventBytes -= MemoryCost.event(event)
        }
        lossesByPosition.insert(record, at: record.evictedThrough)
        lossesByAge.append(record)
        expiries.update(record)
        if !record.hasEvents {
            active.remove(record)
            record.emptySince = now
            idle.append(record)
            idleBytes += MemoryCost.topic(record.topic)
        }
    }

    /// Takes out a topic's events up to a position.
    package mutating func evict(_ topic: Topic, through position: Position, at now: Timestamp) {
        guard let record = records[topic] else { return }
        evict(record.index(after: position), of: record, at: now)
    }

    /// Forgets a topic, and loses its events if it still has any.
    ///
    /// What it lost folds into the one statement about all topics that the log does not know: something may have been
    /// lost up to `collectedThrough`. A topic without a loss is never forgotten, as it has all its events, and losing
    /// those is a loss; so this never says less than the truth.
    mutating func collect(_ record: TopicRecord, at now: Timestamp) {
        evict(record.events.count, of: record, at: now)
        if record.hasLoss {
            lossesByPosition.remove(record.evictedThrough)
            lossesByAge.remove(record)
        }
        collectedThrough = max(collectedThrough, record.evictedThrough)
        collectedLoss = max(collectedLoss, record.lastLoss)
        idle.remove(record)
        records.remove(record)
        topicBytes -= MemoryCost.topic(record.topic)
        idleBytes -= MemoryCost.topic(record.topic)
    }

    /// Evicts the oldest events of the whole log until it is within its limit.
    ///
    /// A topic that is emptied so stays known, since that keeps the answers about gaps exact, until such topics take a
    /// quarter of the memory; then the one that is empty for the longest goes before any more events do.
    ///
    /// - Parameter new: the first event of the append that needs the room; it and what follows go last of all.
    mutating func makeRoom(sparing new: Position, at now: Timestamp) {
        while bytes > configuration.maximumBytes {
            let oldest = live.first
            let hasOlder = oldest.map { $0.position < new } ?? false
            if let topic = idle.first, !hasOlder || idleBytes > configuration.maximumBytes / 4 {
                collect(topic, at: now)
            } else if let oldest {
                evict(1, of: oldest.record, at: now)
            } else {
                return
            }
        }
    }

    /// Evicts events that are too old, at most `limit` of them, those first that should have gone first.
    /// - Returns: whether that was all.
    mutating func expireEvents(at now: Timestamp, limit: Int) -> Bool {
        var left = limit
        while let (expiry, record) = expiries.first, expiry <= now {
            guard left > 0 else { return false }
            let age = record.limits.maximumAge ?? 0
            let count = record.events.prefix(left).prefix { $0.time.milliseconds + age <= now.milliseconds }.count
            evict(count, of: record, at: now)
            left -= count
        }
        return true
    }

    /// Forgets topics that have been empty for long, at most `limit` of them.
    /// - Returns: whether that was all.
    mutating func collectIdleTopics(at now: Timestamp, limit: Int) -> Bool {
        let idleTime = configuration.topicIdleTime.wholeMilliseconds
        for _ in 0..<limit {
            guard let record = idle.first, record.emptySince.milliseconds + idleTime <= now.milliseconds else {
                return true
            }
            collect(record, at: now)
        }
        return false
    }

    /// Does what only time brings, at most `limit` of each kind.
    /// - Returns: whether that was all.
    package mutating func maintain(at now: Timestamp, limit: Int) -> Bool {
        let isDoneWithEvents = expireEvents(at: now, limit: limit)
        let isDoneWithTopics = collectIdleTopics(at: now, limit: limit)
        let isDoneWithKeys = keys.expire(at: now, limit: limit)
        return isDoneWithEvents && isDoneWithTopics && isDoneWithKeys
    }
}
