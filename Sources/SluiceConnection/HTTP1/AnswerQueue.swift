internal import DequeModule
internal import NIOCore

/// The exchanges of a connection that wait for their answer, or for their turn to have it written: answers go out in the
/// order of the requests (RFC 9112 § 9.3.2).
struct AnswerQueue {
    struct Entry {
        let exchange: Exchange
        let keepsAlive: Bool
        let isHTTP10: Bool
        fileprivate(set) var answer: Answer?

        init(_ exchange: Exchange, keepsAlive: Bool, isHTTP10: Bool) {
            self.exchange = exchange
            self.keepsAlive = keepsAlive
            self.isHTTP10 = isHTTP10
        }
    }

    enum Answer {
        case response(Response)
        case takeover(TakeoverHead, () -> any ChannelHandler)
    }

    private var entries: Deque<Entry> = []

    var isEmpty: Bool { entries.isEmpty }
    var count: Int { entries.count }
    var first: Entry? { entries.first }
    var exchanges: [Exchange] { entries.map(\.exchange) }

    func contains(_ exchange: Exchange) -> Bool {
        entries.contains { $0.exchange === exchange }
    }

    /// - Returns: nil when the exchange does not wait any more.
    func isHTTP10(_ exchange: Exchange) -> Bool? {
        entries.first { $0.exchange === exchange }?.isHTTP10
    }

    mutating func append(_ entry: Entry) {
        entries.append(entry)
    }

    /// Keeps the answer until its turn.
    ///
    /// - Returns: false when the exchange does not wait any more.
    mutating func keep(_ answer: Answer, for exchange: Exchange) -> Bool {
        guard let index = entries.firstIndex(where: { $0.exchange === exchange }) else { return false }
        precondition(entries[index].answer == nil, "an exchange is answered once")
        entries[index].answer = answer
        return true
    }

    mutating func removeFirst() {
        entries.removeFirst()
    }

    /// - Returns: those that waited, for which there will be no answer.
    mutating func removeAll() -> [Exchange] {
        defer { entries = [] }
        return exchanges
    }
}
