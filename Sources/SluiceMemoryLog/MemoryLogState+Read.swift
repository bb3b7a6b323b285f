internal import DequeModule
internal import HeapModule
internal import NIOCore
package import SluiceLog
internal import SluiceTopics

extension MemoryLogState {
    /// Reads the events of a selection that follow a place.
    ///
    /// Topics alone are merged from their own events: the work is in proportion to the page and the number of topics.
    /// With a wildcard the log's order is scanned, at most `maximumScan` events of it.
    package mutating func read(_ selection: Selection, _ request: ReadRequest) -> Page {
        let place = request.within(head: head).place
        let gaps = gaps(in: selection, after: place)

        var pages = PageBuilder(for: request)
        let end =
            selection.hasWildcard
            ? scan(selection, after: place.position, into: &pages)
            : merge(selection, after: place.position, into: &pages)
        // Everything up to the head was looked at: the next read need not go over what was not selected.
        let next = ReadPlace(position: end ?? head, losses: LossCount(inMemory: losses))
        return Page(
            events: pages.events, next: next, head: head, gaps: gaps,
            ended: endedTopics(of: selection, through: next.position))
    }

    /// - Returns: how far it came, or nil when nothing is left.
    private func merge(_ selection: Selection, after position: Position, into page: inout PageBuilder) -> Position? {
        var sources: [Source] = []
        for (_, part) in selection.parts {
            guard case .topic(let topic) = part, let record = records[topic] else { continue }
            let index = record.index(after: position)
            guard index < record.events.count else { continue }
            sources.append(Source(record: record, index: index))
        }
        var heap = Heap(sources)
        while var source = heap.popMin() {
            let event = source.record.events[source.index]
            source.index += 1
            if source.index < source.record.events.count {
                source.position = source.record.events[source.index].position
                heap.insert(source)
            }
            if page.append(event), !heap.isEmpty { return event.position }
        }
        return nil
    }

    /// A topic on its way through a merge.
    private struct Source: Comparable {
        let record: TopicRecord
        /// Of the next event.
        var index: Int
        /// Of the next event.
        var position: Position

        init(record: TopicRecord, index: Int) {
            self.record = record
            self.index = index
            position = record.events[index].position
        }

        static func < (left: Source, right: Source) -> Bool { left.position < right.position }
        static func == (left: Source, right: Source) -> Bool { left.position == right.position }
    }

    /// - Returns: how far it came, or nil when nothing is left.
    private mutating func scan(
        _ selection: Selection, after position: Position, into page: inout PageBuilder
    ) -> Position? {
        reads += 1
        let read = reads
        for (_, part) in selection.parts {
            if case .topic(let topic) = part { records[topic]?.selected = (read, true) }
        }
        var left = configuration.maximumScan
        var end: Position?
        live.forEach(after: position) { position, record in
            if record.selected.read != read { record.selected = (read, selection.wildcardMatches(record.topic)) }
            left -= 1
            var isFull = left == 0
            if record.selected.answer {
                isFull = page.append(record.events[record.index(after: position - 1)]) || isFull
            }
            if isFull { end = position }
            return !isFull
        }
        return end == live.last ? nil : end
    }

    private func endedTopics(of selection: Selection, through position: Position) -> [EndedTopic] {
        selection.parts.compactMap { _, part in
            guard case .topic(let topic) = part, let endedAt = records[topic]?.endedAt, endedAt <= position else {
                return nil
            }
            return EndedTopic(topic: topic, position: endedAt)
        }
    }
}
