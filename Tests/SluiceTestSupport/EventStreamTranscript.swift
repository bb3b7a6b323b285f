package import SluiceWire

/// What a parser made of a stream.
package struct EventStreamTranscript: Equatable {
    package var items: [EventStreamItem] = []
    package var error: EventStreamError?
    package var lastEventID: String
    package var hasUnfinishedEvent: Bool

    package init(_ bytes: [UInt8], maximumEventBytes: Int = 1 << 20, cuts: Cuts = .none) {
        var parser = EventStreamParser(maximumEventBytes: maximumEventBytes)
        for piece in cuts.pieces(of: bytes) {
            parser.append(piece)
            do throws(EventStreamError) {
                while let item = try parser.next() { items.append(item) }
            } catch {
                self.error = error
            }
        }
        lastEventID = parser.lastEventID
        hasUnfinishedEvent = parser.hasUnfinishedEvent
    }

    package init(_ text: String, maximumEventBytes: Int = 1 << 20, cuts: Cuts = .none) {
        self.init(Array(text.utf8), maximumEventBytes: maximumEventBytes, cuts: cuts)
    }

    package var events: [EventStreamItem] {
        items.filter { if case .event = $0 { true } else { false } }
    }
}
