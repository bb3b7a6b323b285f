package import SluiceTopics

/// A reader's place in the log.
///
/// `position` alone is what a client keeps. Inside the process a reader also carries `losses`, the log's count of
/// evictions when the reader was last served, so that it is told of a loss once and not again with each page.
/// Comparing counts is the engine's affair.
package struct ReadPlace: Hashable, Sendable {
    /// Everything up to here was delivered or was not selected.
    package var position: Position
    /// Losses up to this count are known to the reader.
    package var losses: LossCount
    /// The reader came with a cursor that means nothing here (another epoch, or beyond the head): whatever it
    /// selected counts as lost.
    package var isForeign: Bool

    package init(position: Position, losses: LossCount, isForeign: Bool = false) {
        self.position = position
        self.losses = losses
        self.isForeign = isForeign
    }

    /// Behind the event at `position`, knowing of no loss: any loss after it is a gap.
    package static func after(_ position: Position) -> ReadPlace { ReadPlace(position: position, losses: .none) }

    /// From the oldest event that there is; what was lost before now is not a gap.
    package static let earliest = ReadPlace(position: 0, losses: .all)

    /// Where a reader with a cursor of another log starts: a gap, then the oldest event that there is.
    package static let foreign = ReadPlace(position: 0, losses: .all, isForeign: true)
}

/// How many events an engine has evicted, which numbers the losses.
package struct LossCount: Hashable, Sendable {
    /// Of the topics that are kept in memory.
    package var inMemory: UInt64
    /// Of the topics that are kept in a file.
    package var inFile: UInt64

    package init(inMemory: UInt64 = 0, inFile: UInt64 = 0) {
        self.inMemory = inMemory
        self.inFile = inFile
    }

    package static let none = LossCount()
    package static let all = LossCount(inMemory: .max, inFile: .max)
}

package struct ReadRequest: Sendable {
    /// At least one; the events of all of them come merged in log order, each once.
    package var selection: [Pattern]
    package var place: ReadPlace
    package var maximumEvents: Int
    /// The page ends with the event that reaches this many bytes of payload.
    package var maximumBytes: Int

    package init(selection: [Pattern], place: ReadPlace, maximumEvents: Int, maximumBytes: Int) {
        precondition(!selection.isEmpty && maximumEvents > 0 && maximumBytes > 0, "a read asks for something")
        self.selection = selection
        self.place = place
        self.maximumEvents = maximumEvents
        self.maximumBytes = maximumBytes
    }

    /// The same of a log with this head: whoever comes from beyond it comes from another log.
    package func within(head: Position) -> ReadRequest {
        var request = self
        if place.position > head || place.isForeign { request.place = .foreign }
        return request
    }
}

/// The answer to one read.
package struct Page: Sendable {
    /// In log order, all behind the request's place. They come after the gaps.
    package var events: [Event]
    /// How far the log has been scanned for this selection; where to go on.
    package var next: ReadPlace
    /// The log's head when the page was read. `next.position >= head` means that nothing more is there yet.
    package var head: Position
    /// The selected patterns that lost an event behind the request's place and since its count of losses.
    package var gaps: [Pattern]
    /// The topics selected by name that have ended, with the position of their last event, as far as that lies at
    /// or before `next`.
    package var ended: [EndedTopic]

    package init(events: [Event], next: ReadPlace, head: Position, gaps: [Pattern], ended: [EndedTopic]) {
        self.events = events
        self.next = next
        self.head = head
        self.gaps = gaps
        self.ended = ended
    }

    package var isAtHead: Bool { next.position >= head }
}

package struct EndedTopic: Hashable, Sendable {
    package var topic: Topic
    package var position: Position

    package init(topic: Topic, position: Position) {
        self.topic = topic
        self.position = position
    }
}

package enum ReadError: Error, Hashable, Sendable {
    /// The log cannot be read now; trying again later may succeed. The text is for the operator.
    case unavailable(String)
}
