internal import NIOCore
package import SluiceTopics

/// Collects a page's events until it is full.
package struct PageBuilder {
    package private(set) var events: [Event] = []
    package let maximumEvents: Int
    private var bytesLeft: Int

    package init(for request: ReadRequest) {
        maximumEvents = request.maximumEvents
        bytesLeft = request.maximumBytes
    }

    package var isFull: Bool { events.count >= maximumEvents || bytesLeft <= 0 }

    /// - Returns: whether the page is full now.
    package mutating func append(_ event: Event) -> Bool {
        events.append(event)
        bytesLeft -= event.payload.data.readableBytes
        return isFull
    }
}
