internal import Dispatch
internal import Foundation
internal import GRDB
package import SluiceLog
package import SluiceTopics
internal import Synchronization

/// The log that lives in a file: what was answered is there after a crash, a restart or a loss of power, and the epoch
/// with it.
///
/// One writer takes all appends that are waiting and commits them together; then come the sink and the completions, in
/// log order. Reads are of one snapshot each, beside the writer, so all that a page says holds at one moment.
package final class SQLiteLog: EventLog {
    package let epoch: Epoch

    private let now: @Sendable () -> Timestamp
    private let configuration: Configuration
    private let pool: DatabasePool
    private let lock: FileLock
    private let queue = DispatchQueue(label: "sluice.log")
    // These two are touched by nobody but what runs on the queue, one after the other.
    nonisolated(unsafe) private var state: LogState
    /// Whether a transaction failed, and the state may say what the file does not.
    nonisolated(unsafe) private var isStale = false
    private let waiting = Mutex(Waiting())
    private let published: Mutex<Published>

    /// What is waiting for the writer.
    private struct Waiting {
        var submissions: [Submission] = []
        var isScheduled = false
        var sink: (@Sendable ([Event]) -> Void)?
    }

    private struct Submission {
        let request: AppendRequest
        let completion: @Sendable (Result<Receipt, AppendError>) -> Void
    }

    /// What the last commit left.
    private struct Published {
        var head: Position
        var floor: Position
        var statistics: LogStatistics
    }

    /// Opens the log in a file, or makes it.
    ///
    /// - Throws: `SQLiteLogError`, when the file is not one of this log's, is in use, or cannot be used. It is never
    ///   replaced by a new one.
    package init(path: String, configuration: Configuration, now: @escaping @Sendable () -> Timestamp) throws {
        self.now = now
        self.configuration = configuration
        // Two names of one file are one log.
        let path = URL(filePath: path).resolvingSymlinksInPath().path
        lock = try FileLock(besides: path)
        pool = try LogFile.open(path)
        let (state, epoch) = try LogFile.failing(path) { [pool] in
            try pool.write { db in (try LogState(configuration, db), try LogFile.epoch(db)) }
        }
        self.epoch = epoch
        published = Mutex(Published(head: state.counters.head, floor: state.floor, statistics: state.statistics))
        self.state = state
    }

    package var head: Position { published.withLock(\.head) }
    package var floor: Position { published.withLock(\.floor) }
    package var statistics: LogStatistics { published.withLock(\.statistics) }

    package func attach(sink: @escaping @Sendable ([Event]) -> Void) {
        waiting.withLock { waiting in
            precondition(waiting.sink == nil, "a log has one sink")
            waiting.sink = sink
        }
    }

    // MARK: Writing

    /// The most appends of one commit, and the bytes of data with which it is large enough.
    private static let commitAppends = 1024
    private static let commitBytes = 8 << 20

    package func append(
        _ request: AppendRequest, completion: @escaping @Sendable (Result<Receipt, AppendError>) -> Void
    ) {
        let isFirst = waiting.withLock { waiting in
            waiting.submissions.append(Submission(request: request, completion: completion))
            defer { waiting.isScheduled = true }
            return !waiting.isScheduled
        }
        if isFirst { queue.async { self.commitWaiting() } }
    }

    private func commitWaiting() {
        let submissions = waiting.withLock { waiting in
            var bytes = 0
            let submissions = Array(
                waiting.submissions.prefix(Self.commitAppends).prefix { submission in
                    defer { bytes += submission.request.publications.reduce(0) { $0 + $1.dataBytes } }
                    return bytes < Self.commitBytes
                })
            waiting.submissions.removeFirst(submissions.count)
            waiting.isScheduled = !submissions.isEmpty
            return submissions
        }
        if submissions.isEmpty { return }
        commit(submissions)
        // Behind what else the queue has to do.
        queue.async { self.commitWaiting() }
    }

    private func commit(_ submissions: [Submission]) {
        let time = now()
        var results: [Result<Receipt, AppendError>] = []
        var events: [Event] = []
        do {
            try write { state, db in
                for submission in submissions {
                    switch try state.append(submission.request, at: time, db) {
                    case .success(.stored(let stored)):
                        events += stored
                        results.append(.success(Receipt(positions: stored.map(\.position), isRepeat: false)))
                    case .success(.repeated(let positions)):
                        results.append(.success(Receipt(positions: Array(positions), isRepeat: true)))
                    case .failure(let error):
                        results.append(.failure(error))
                    }
                }
            }
        } catch {
            // Nothing of it was done.
            for submission in submissions { submission.completion(.failure(.unavailable("\(error)"))) }
            return
        }
        if !events.isEmpty, let sink = waiting.withLock(\.sink) { sink(events) }
        for (submission, result) in zip(submissions, results) { submission.completion(result) }
    }

    /// Changes the log in one transaction. If that fails, the state is read anew before the next.
    private func write(_ body: (inout LogState, Database) throws -> Void) throws {
        dispatchPrecondition(condition: .onQueue(queue))
        if isStale {
            state = try pool.read { db in try LogState(configuration, db) }
            isStale = false
        }
        isStale = true
        try pool.writeWithoutTransaction { db in
            try db.inTransaction(.immediate) {
                try body(&state, db)
                try state.save(db)
                return .commit
            }
        }
        isStale = false
        let now = Published(head: state.counters.head, floor: state.floor, statistics: state.statistics)
        published.withLock { $0 = now }
    }

    package func maintain(completion: @escaping @Sendable () -> Void) {
        queue.async { self.maintain(at: self.now(), completion) }
    }

    /// Bit by bit, so that appends come between.
    private func maintain(at time: Timestamp, _ completion: @escaping @Sendable () -> Void) {
        var isDone = false
        do {
            try write { state, db in isDone = try state.maintain(at: time, db) }
        } catch {
            // The next call tries again; to go on at once would only fail again.
            return completion()
        }
        if isDone { return completion() }
        queue.async { self.maintain(at: time, completion) }
    }

    package func close() async {
        await withCheckedContinuation { continuation in
            queue.async {
                // What is left in the write-ahead log is no loss, but the file alone is then not all of the log.
                try? self.pool.writeWithoutTransaction(LogFile.checkpoint)
                try? self.pool.close()
                self.lock.release()
                continuation.resume()
            }
        }
    }

    // MARK: Reading

    package func read(_ request: ReadRequest, completion: @escaping @Sendable (Result<Page, ReadError>) -> Void) {
        let configuration = configuration
        pool.asyncRead { result in
            do {
                let db = try result.get()
                completion(.success(try PageReader(db, configuration).read(request)))
            } catch {
                completion(.failure(.unavailable("\(error)")))
            }
        }
    }
}
