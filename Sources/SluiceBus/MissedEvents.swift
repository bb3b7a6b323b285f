package import NIOCore
package import SluiceLog
package import SluiceTopics
internal import SluiceWire

/// A gap, as a client is told of it: events of these patterns, behind this cursor, cannot be read any more.
package struct MissedEvents: Hashable, Sendable {
    /// What was selected and lost something.
    package let patterns: [Pattern]
    /// The cursor behind which events are missing, as the client knows it.
    package let after: String
    /// The cursor of the first event of these patterns that delivery goes on with, if there is one already.
    package let oldest: Cursor?
    /// The place just before what delivery goes on with. A client that resumes there may be told of the same gap
    /// again, while what was lost still lies behind it.
    package let resume: Cursor

    /// - Parameters:
    ///   - place: where the page was read from.
    ///   - requested: the cursor that the client came with, if this is the first page it gets.
    /// - Returns: nil when the page has no gap.
    package init?(_ page: Page, behind place: ReadPlace, requested: String?, epoch: Epoch) {
        guard !page.gaps.isEmpty else { return nil }
        patterns = page.gaps
        after = requested ?? Cursor(epoch: epoch, position: place.position).description
        oldest = page.events.first { event in page.gaps.contains { $0.matches(event.topic) } }
            .map { Cursor(epoch: epoch, position: $0.position) }
        resume = Cursor(epoch: epoch, position: page.events.first.map { $0.position - 1 } ?? page.next.position)
    }

    /// `{"topics":[…],"after":…,"oldest":…}`
    package func writeJSON(into json: inout ByteBuffer) {
        json.writeString(#"{"topics":["#)
        for (number, pattern) in patterns.enumerated() {
            if number > 0 { json.writeString(",") }
            JSONText.writeString(pattern.text, into: &json)
        }
        json.writeString(#"],"after":"#)
        JSONText.writeString(after, into: &json)
        json.writeString(oldest.map { #","oldest":"\#($0)"}"# } ?? #","oldest":null}"#)
    }
}
