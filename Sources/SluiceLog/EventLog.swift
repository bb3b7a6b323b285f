package import SluiceTopics

/// The contract of an ordered, replayable store of events. Every engine passes the suite in `SluiceLogContract`.
///
/// Guarantees:
/// 1. **One order.** Every appended event has a position; positions only increase, and may have holes. The events
///    of one `append` have increasing positions with no other event between them. Two appends made one after the
///    other from one thread keep that order.
/// 2. **The sink sees each event exactly once, in order**, after it is as safe as its durability class promises.
///    An event that the sink saw can be read.
/// 3. **A completion comes once**, on any thread, possibly before the call returns. A completion with a receipt
///    comes after the events can be read; it may come before or after the sink saw them.
/// 4. **Never a missed gap.** When an event after a reader's place, on something it selects, is not there to be
///    read any more, the page says so. A false gap is possible only for a place below `floor`.
/// 5. **Reads are bounded**: a page holds at most the events and about the bytes that were asked for, and the
///    work for one is bounded too, so `next` may move although nothing matched.
/// 6. Everything may be called from any thread at any time; nothing blocks.
package protocol EventLog: AnyObject, Sendable {
    /// The log's incarnation; constant while the log is open.
    var epoch: Epoch { get }

    /// The position of the newest event that can be read; 0 when there was none yet.
    var head: Position { get }

    /// The oldest place from which "nothing was missed" is decided exactly. Below it a gap may be announced for a
    /// topic that lost nothing, because the log no longer knows that topic.
    var floor: Position { get }

    /// Sets the one receiver of what is appended. Called once, before the first `append`.
    func attach(sink: @escaping @Sendable (_ events: [Event]) -> Void)

    /// Appends all of the request's publications or none of them.
    func append(_ request: AppendRequest, completion: @escaping @Sendable (Result<Receipt, AppendError>) -> Void)

    /// Reads the events of a selection that follow a place.
    func read(_ request: ReadRequest, completion: @escaping @Sendable (Result<Page, ReadError>) -> Void)

    /// Does the work that only time brings: evicts by age, collects idle topics, forgets old idempotency keys.
    /// The gateway calls it about once a second. Bounded work; what is left over is done next time. The completion comes
    /// once, when reads see what was done.
    func maintain(completion: @escaping @Sendable () -> Void)

    /// Finishes what is under way, and lets go of files and connections. Nothing is called any more after that.
    func close() async

    /// What the log holds, for operators and metrics.
    var statistics: LogStatistics { get }
}

extension EventLog {
    package func close() async {}
}
