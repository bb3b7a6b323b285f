internal import SluiceLog
internal import SluiceTopics

extension Page {
    /// One page of two that were read for different topics of one selection, from the same place.
    init(merging left: Page, _ right: Page, for request: ReadRequest) {
        var page = PageBuilder(for: request)
        // Beyond this, one of the two has not looked.
        var end = min(left.next.position, right.next.position)
        var (mine, theirs) = (left.events[...], right.events[...])
        while let first = [mine.first, theirs.first].compactMap({ $0 }).min(by: { $0.position < $1.position }),
            first.position <= end
        {
            if mine.first === first { mine.removeFirst() } else { theirs.removeFirst() }
            guard page.append(first) else { continue }
            let isLast = (mine.first ?? theirs.first) == nil
            if !isLast { end = first.position }
            break
        }
        let gaps = Set(left.gaps + right.gaps)
        var next = left.next
        next.position = end
        next.losses = LossCount(inMemory: left.next.losses.inMemory, inFile: right.next.losses.inFile)
        self.init(
            events: page.events, next: next, head: min(left.head, right.head),
            gaps: request.selection.filter(gaps.contains),
            ended: (left.ended + right.ended).filter { $0.position <= end })
    }
}
